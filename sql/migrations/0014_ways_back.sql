-- What ingestion refused has a way back, and how far bronze is behind its sources can be measured.

-- A dead letter is open until it was stored after all or given up. What its batch said of its time is needed to judge it again.
alter table scout.bronze_refused
  add column sent_at timestamptz,
  add column clock_offset_ms bigint,
  add column settled_as text check (settled_as in ('stored', 'discarded')),
  add column settled_at timestamptz,
  -- What became of it, or why it was given up.
  add column settled_note text,
  add column tries integer not null default 0,
  add column last_tried_at timestamptz;
create index bronze_refused_open on scout.bronze_refused (tenant_id, received_at) where settled_as is null;
grant update (code, message, details, settled_as, settled_at, settled_note, tries, last_tried_at)
  on scout.bronze_refused to scout_app;

-- Rows arrive in the order of received_at, so that a few pages of ranges find the last hour, and an insert pays nothing.
create index bronze_events_received on scout.bronze_events using brin (received_at) with (autosummarize = on);

-- From a sale's write at its source, put right by the device's measured clock, to its arrival at the server. Its commit follows within the
-- request; the metric scout_source_to_bronze_seconds includes it. Null where the clock was never measured.
create view scout.bronze_latency with (security_invoker = true) as
select
  tenant_id, device_id, boot_epoch, seq, store_id, received_at,
  received_at - (recorded_at - coalesce(recorded_offset_ms, clock_offset_ms) * interval '1 millisecond') as latency
from scout.bronze_events;

grant select on scout.bronze_latency to scout_app, scout_system;
