-- Bronze: what arrived, as it arrived. Append-only for the application.

-- One row an accepted event. A quarantined sale is stored here as well, with its reasons: one table keeps one identity for
-- the duplicate check, and a release is an update of `quarantine_reasons` instead of a move between tables.
create table scout.bronze_events (
  tenant_id text not null,
  device_id text not null,
  boot_epoch integer not null,
  seq bigint not null,
  contract text not null,
  -- The sale as the device sent it, unknown fields included.
  event_data jsonb not null,
  -- SHA-256 of the canonical JSON of the sale.
  event_hash bytea not null check (octet_length(event_hash) = 32),
  store_id text not null,
  transaction_id text not null,
  -- When the sale happened, by the device's clock.
  occurred_at timestamptz not null,
  -- The day of occurred_at in the pack's time zone.
  business_day date not null,
  -- When the sale entered the outbox and when its batch was sent, by the device's clock.
  recorded_at timestamptz not null,
  sent_at timestamptz not null,
  -- By the server's clock.
  received_at timestamptz not null,
  -- How far the device's clock was ahead of the server's; null before it was measured.
  clock_offset_ms bigint,
  revised_at timestamptz,
  voided boolean not null default false,
  -- Why it waits outside silver; empty when it does not.
  quarantine_reasons text[] not null default '{}',
  -- What is odd without keeping it out, such as basket_size_mismatch.
  quality_issues text[] not null default '{}',
  primary key (tenant_id, device_id, boot_epoch, seq),
  -- The same transaction with the same hash is a duplicate, whichever outbox it came from; with another hash, a revision.
  constraint bronze_events_version unique (tenant_id, store_id, transaction_id, event_hash)
);
create index bronze_events_day on scout.bronze_events (tenant_id, business_day);
create index bronze_events_quarantine on scout.bronze_events (tenant_id, received_at)
  where quarantine_reasons <> '{}';

-- What could not even be read as a sale, byte for byte.
create table scout.bronze_refused (
  tenant_id text not null,
  -- Chosen by the writer so that the same refusal sent again is the same row, such as device/epoch/seq/hash of the bytes.
  refused_id text not null,
  device_id text,
  boot_epoch integer,
  seq bigint,
  received_at timestamptz not null,
  code text not null,
  message text not null,
  details jsonb,
  raw bytea not null,
  primary key (tenant_id, refused_id)
);
create index bronze_refused_at on scout.bronze_refused (tenant_id, received_at);

-- Of each transaction the version that stands: the newest clean one by (revised_at or send time, boot_epoch, seq). Quarantined
-- versions never stand. The device is the last word only so that a tie has one answer.
create view scout.bronze_standing with (security_invoker = true) as
select b.*
from scout.bronze_events b
where b.quarantine_reasons = '{}'
  and not exists (
    select 1
    from scout.bronze_events n
    where n.tenant_id = b.tenant_id
      and n.store_id = b.store_id
      and n.transaction_id = b.transaction_id
      and n.quarantine_reasons = '{}'
      and (coalesce(n.revised_at, n.sent_at), n.boot_epoch, n.seq, n.device_id)
        > (coalesce(b.revised_at, b.sent_at), b.boot_epoch, b.seq, b.device_id)
  );

create view scout.bronze_quarantine with (security_invoker = true) as
select b.* from scout.bronze_events b where b.quarantine_reasons <> '{}';

-- Which (tenant, day) to redo. Append-only notes: a writer adds (day, touch_id) with a touch_id of its own (its batch), a run takes away
-- exactly the notes it saw at its start. So writers never wait for a run, and what arrives during one is redone by the next.
create table scout.medallion_touched_day (
  tenant_id text not null,
  day date not null,
  touch_id text not null,
  primary key (tenant_id, day, touch_id)
);

-- Lineage: one row a model and run.
create table scout.medallion_run (
  tenant_id text not null,
  run_id text not null,
  model text not null,
  position integer not null,
  status text not null check (status in ('succeeded', 'failed')),
  started_at timestamptz not null,
  ms integer not null,
  rows bigint not null,
  inputs text[] not null,
  -- SHA-256 of the SQL that ran.
  code_sha256 text not null,
  -- The business days redone; null is all of them.
  days date[],
  error text,
  primary key (tenant_id, run_id, model)
);
create index medallion_run_at on scout.medallion_run (tenant_id, started_at);

call scout.protect_tenant_table('scout.bronze_events', 'select, insert');
grant update (quarantine_reasons, quality_issues) on scout.bronze_events to scout_app;
call scout.protect_tenant_table('scout.bronze_refused', 'select, insert');
call scout.protect_tenant_table('scout.medallion_touched_day', 'select, insert, delete');
call scout.protect_tenant_table('scout.medallion_run', 'select, insert');
grant select on scout.bronze_standing, scout.bronze_quarantine to scout_app, scout_system;
