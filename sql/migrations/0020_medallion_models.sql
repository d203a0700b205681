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

-- From which columns each column of a model or view comes, as Postgres itself resolves the query (sync-server/medallion/column-lineage.ts).
create table scout.medallion_lineage (
  relation text not null,
  -- Empty where every column rests on the input: it joins, filters or groups.
  column_name text not null,
  input_relation text not null,
  input_column text not null,
  -- value: it is part of the column's expression. rows: it decides which rows there are. computed: TypeScript stands between them.
  -- declared: the header names the relation, but a function reads it, whose inside is not seen; input_column is then '*'.
  how text not null check (how in ('value', 'rows', 'computed', 'declared')),
  primary key (relation, column_name, input_relation, input_column)
);
call scout.share_reference_table('scout.medallion_lineage');

-- Everything that a relation, or one column of it, is made from, down to bronze and the dimensions, with the number of steps to it.
create function scout.lineage_of(of_relation text, of_column text default null)
returns table (relation text, column_name text, input_relation text, input_column text, how text, steps integer)
language sql stable
as $$
  with recursive back as (
    select l.relation, l.column_name, l.input_relation, l.input_column, l.how, 1 as steps
    from scout.medallion_lineage l
    where l.relation = of_relation and (of_column is null or l.column_name in (of_column, ''))
    union
    select l.relation, l.column_name, l.input_relation, l.input_column, l.how, b.steps + 1
    from back b
    join scout.medallion_lineage l
      on l.relation = b.input_relation and (l.column_name in (b.input_column, '') or b.input_column = '*')
    -- Longer than any way through the layers: models do not read each other in circles.
    where b.steps < 20
  )
  select b.relation, b.column_name, b.input_relation, b.input_column, b.how, min(b.steps)
  from back b
  group by b.relation, b.column_name, b.input_relation, b.input_column, b.how
  order by min(b.steps), b.relation collate "C", b.column_name collate "C", b.input_relation collate "C", b.input_column collate "C"
$$;
