-- Of two versions the later one stands. A version without revised_at is as old as the moment it entered the outbox, put right by the
-- device's measured clock; but never younger than a correction that the same device handed in after it, nor older than one before it: the
-- order of an outbox is certain, and a till's clock (revised_at) may be minutes off the server's. Send times say less than either: after a
-- day without a network a sale and its correction are sent together, and by them the sale won over its own correction.
create view scout.bronze_version with (security_invoker = true) as
select
  b.*,
  coalesce(
    b.revised_at,
    greatest(
      least(
        b.recorded_at - coalesce(b.recorded_offset_ms, b.clock_offset_ms, 0) * interval '1 millisecond',
        (
          select min(l.revised_at)
          from scout.bronze_events l
          where l.tenant_id = b.tenant_id and l.store_id = b.store_id and l.transaction_id = b.transaction_id
            and l.quarantine_reasons = '{}' and l.device_id = b.device_id and (l.boot_epoch, l.seq) > (b.boot_epoch, b.seq)
        )
      ),
      (
        select max(e.revised_at)
        from scout.bronze_events e
        where e.tenant_id = b.tenant_id and e.store_id = b.store_id and e.transaction_id = b.transaction_id
          and e.quarantine_reasons = '{}' and e.device_id = b.device_id and (e.boot_epoch, e.seq) < (b.boot_epoch, b.seq)
      )
    )
  ) as version_at
from scout.bronze_events b;

-- version_at is worked out only for sales that have several versions: nobody else's is asked for.
create or replace view scout.bronze_standing with (security_invoker = true) as
select b.*
from scout.bronze_version b
where b.quarantine_reasons = '{}'
  and not exists (
    select 1
    from scout.bronze_version n
    where n.tenant_id = b.tenant_id
      and n.store_id = b.store_id
      and n.transaction_id = b.transaction_id
      and n.quarantine_reasons = '{}'
      and (n.device_id, n.boot_epoch, n.seq) <> (b.device_id, b.boot_epoch, b.seq)
      and (n.version_at, n.boot_epoch, n.seq, n.device_id) > (b.version_at, b.boot_epoch, b.seq, b.device_id)
  );

grant select on scout.bronze_version to scout_app, scout_system;
