-- Of two versions the later one stands, and a version without revised_at is as old as the moment it entered the outbox, put right by
-- the device's measured clock. Its send time says less: after a day without a network a sale and its correction are sent together,
-- and a device's clock lies by hours after a power cut; by it the sale won over its own correction.
create or replace view scout.bronze_standing with (security_invoker = true) as
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
      and (
        coalesce(n.revised_at,
          n.recorded_at - coalesce(n.recorded_offset_ms, n.clock_offset_ms, 0) * interval '1 millisecond'),
        n.boot_epoch, n.seq, n.device_id
      ) > (
        coalesce(b.revised_at,
          b.recorded_at - coalesce(b.recorded_offset_ms, b.clock_offset_ms, 0) * interval '1 millisecond'),
        b.boot_epoch, b.seq, b.device_id
      )
  );
