-- The transforms of sql/silver, gold and platinum, as the server that runs registered them: what SQL runs by itself, and lineage asks, is
-- what the server runs.

create table scout.medallion_model (
  relation text not null primary key,
  layer text not null check (layer in ('silver', 'gold', 'platinum')),
  -- Place in the order in which models run.
  position integer not null,
  kind text not null check (kind in ('incremental', 'windowed', 'computed', 'view')),
  schedule text check (schedule in ('hourly', 'six-hourly', 'daily')),
  slice text,
  grain text not null,
  key text[] not null,
  inputs text[] not null,
  columns text[] not null,
  -- Of the header and the select.
  sha256 text not null,
  -- $1 tenant, $2 business days: one array of slices. Null when a slice is a business day.
  redo_sql text,
  -- $1 tenant; $2 slices, null is all, where the kind is incremental. Null for a view.
  delete_sql text,
  insert_sql text
);
call scout.share_reference_table('scout.medallion_model');
