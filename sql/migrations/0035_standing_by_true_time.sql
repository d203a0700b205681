-- Which version of a transaction stands is told by when it was sent, and a device's clock lies by hours after a power cut: without its
-- measured offset a correction lost against the version that it corrects.
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
        coalesce(n.revised_at, n.sent_at - coalesce(n.clock_offset_ms, 0) * interval '1 millisecond'),
        n.boot_epoch, n.seq, n.device_id
      ) > (
        coalesce(b.revised_at, b.sent_at - coalesce(b.clock_offset_ms, 0) * interval '1 millisecond'),
        b.boot_epoch, b.seq, b.device_id
      )
  );
