-- How far the device's clock was ahead of the server's when the sale entered its outbox; null where it was never measured in that
-- boot. `recorded_at` itself stays as the device wrote it: the right moment is recorded_at - recorded_offset_ms.
alter table scout.bronze_events add column recorded_offset_ms bigint;
