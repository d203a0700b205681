-- Bronze under the reference schema's names, and a way in for who has no device: SQL.

create view scout.bronze_transactions with (security_invoker = true) as
select
  e.tenant_id,
  e.device_id || '/' || e.boot_epoch || '/' || e.seq as raw_id,
  e.event_data as transaction_data,
  e.device_id as source_file,
  e.received_at as loaded_at,
  e.store_id,
  e.transaction_id,
  e.event_hash,
  e.contract
from scout.bronze_events e;
grant select on scout.bronze_transactions to scout_app, scout_system;

-- Takes in one sale of contract pos.v1 for the claimed tenant, as the device "sql". Says accepted, duplicate or quarantined; a sale
-- that differs from one of the same number is a revision. A sale with personal data is refused: only the server can seal it.
create function scout.ingest_transaction(data jsonb) returns text
language plpgsql volatile
as $$
declare
  tenant constant text := nullif(current_setting('scout.tenant_id', true), '');
  sold_at constant text := data ->> 'sold_at';
  zone text;
  occurred timestamptz;
  hash bytea;
  next_seq bigint;
  reasons text[];
begin
  if tenant is null then
    raise exception using errcode = '42501', message = 'Claim a tenant first: set local scout.tenant_id.';
  end if;
  if coalesce(data ->> 'transaction_id', '') = '' or coalesce(data ->> 'store_id', '') = ''
    or coalesce(sold_at, '') !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' or coalesce(jsonb_typeof(data -> 'lines'), '') <> 'array' then
    raise exception using errcode = '22023', message = 'A sale has a transaction_id, a store_id, sold_at (ISO 8601) and lines.';
  end if;
  if jsonb_path_exists(data, '$.keyvalue() ? (@.key like_regex "^customer_(name|phone|email)$" && @.value != null)')
    or data ->> 'customer_id' !~ '^c\d+_[\w-]{43}$' then
    raise exception using errcode = '22023', message = 'Personal data come in through the server, which seals them. Leave the customer out.';
  end if;
  select p.time_zone into zone
  from scout.tenant t join scout.geo_pack p on p.pack_id = t.pack_id
  where t.tenant_id = tenant;
  occurred := case when sold_at ~ '([zZ]|[+-]\d\d:?\d\d)$' then sold_at::timestamptz else sold_at::timestamp at time zone zone end;
  hash := scout.fn_event_hash(data);

  -- One writer a tenant: seqs without a gap.
  perform pg_advisory_xact_lock(hashtextextended('scout.ingest_transaction/' || tenant, 0));
  if exists (
    select 1 from scout.bronze_events e
    where e.tenant_id = tenant and e.store_id = data ->> 'store_id'
      and e.transaction_id = data ->> 'transaction_id' and e.event_hash = hash
  ) then
    return 'duplicate';
  end if;
  select coalesce(max(e.seq), 0) + 1 into next_seq
  from scout.bronze_events e
  where e.tenant_id = tenant and e.device_id = 'sql' and e.boot_epoch = 1;
  reasons := array_remove(array[
    case when not exists (
      select 1 from scout.dim_store s where s.tenant_id = tenant and s.store_id = data ->> 'store_id') then 'unknown_store' end,
    case when occurred > now() + interval '10 minutes' then 'clock_future' end,
    case when occurred < now() - interval '90 days' then 'clock_past' end
  ], null);
  insert into scout.bronze_events (
    tenant_id, device_id, boot_epoch, seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at,
    business_day, recorded_at, sent_at, received_at, clock_offset_ms, revised_at, voided, quarantine_reasons
  )
  select
    tenant, 'sql', 1, next_seq, 'pos.v1', data, hash, data ->> 'store_id', data ->> 'transaction_id', occurred,
    (occurred at time zone zone)::date, now(), now(), now(), 0,
    case
      when data ->> 'revised_at' ~ '([zZ]|[+-]\d\d:?\d\d)$' then (data ->> 'revised_at')::timestamptz
      else (data ->> 'revised_at')::timestamp at time zone zone
    end,
    coalesce((data ->> 'voided')::boolean, false), reasons
  on conflict do nothing;
  if reasons <> '{}' then
    return 'quarantined';
  end if;
  insert into scout.medallion_touched_day (tenant_id, day, touch_id)
  select tenant, (occurred at time zone zone)::date, 'sql/' || next_seq
  on conflict do nothing;
  return 'accepted';
end
$$;
