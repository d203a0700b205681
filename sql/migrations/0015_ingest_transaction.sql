-- A moment with a zone, or without one in the zone given. Stable: it reads text as the session's DateStyle says, and ISO 8601 has one reading.
create function scout.instant_in(said text, zone text) returns timestamptz
language sql stable parallel safe
return case
  when said ~ '(?:[zZ]|[+-]\d{2}:?\d{2})$' then said::timestamptz
  else said::timestamp at time zone zone
end;

-- The way in for whoever has SQL and no device: one sale, of the tenant that the transaction claims, as JSON of one of the three contracts.
-- Told apart by what only they have: `store` (edge.v1), `timestamp` (flat.v1), `sold_at` (pos.v1).
--
-- It shares with the HTTP way in: one version a hash (scout.fn_event_hash), a revision for another hash, quarantine of a store that is not in
-- the catalogue and of a time that cannot be, and the note of the touched day. It gives the sale the key of a source named `sql`.
-- It leaves to the HTTP way in: the field by field check of the contract (a transform takes what it can read), the gates (there is no
-- device), customers (it has no key to make a pseudonym with, so it refuses a sale that names one), and keeping what it refuses.
--
-- `received_at` is the caller's clock; without it, the transaction's. Returns accepted, quarantined or duplicate.
create function scout.ingest_transaction(data jsonb, received_at timestamptz default transaction_timestamp()) returns text
language plpgsql volatile
set search_path = pg_catalog, scout
as $$
#variable_conflict use_column
declare
  tenant constant text := nullif(current_setting('scout.tenant_id', true), '');
  arrived constant timestamptz := $2;
  contract constant text :=
    case when data ? 'store' then 'edge.v1' when data ? 'timestamp' then 'flat.v1' when data ? 'sold_at' then 'pos.v1' end;
  store text;
  transaction text;
  said text;
  revised text;
  zone text;
  occurred timestamptz;
  day date;
  reasons text[] := '{}';
  stored integer;
begin
  if tenant is null then
    raise exception 'no tenant is claimed: set local scout.tenant_id first' using errcode = 'insufficient_privilege';
  end if;
  if jsonb_typeof(data) is distinct from 'object' or contract is null then
    raise exception 'the sale follows none of the contracts: it has neither sold_at (pos.v1), timestamp (flat.v1) nor store (edge.v1)'
      using errcode = 'invalid_parameter_value';
  end if;
  if data ->> 'customer_name' is not null or data ->> 'customer_phone' is not null or data ->> 'customer_email' is not null
    or data ->> 'customer_id' !~ '^c\d+_[A-Za-z0-9_-]{43}$'
  then
    raise exception 'the sale names a customer, and only the server can make a pseudonym: send it through the interface, or without him'
      using errcode = 'invalid_parameter_value';
  end if;
  store := case contract when 'edge.v1' then data #>> '{store,id}' else data ->> 'store_id' end;
  transaction := case contract when 'flat.v1' then data ->> 'id' else data ->> 'transaction_id' end;
  said := case contract when 'edge.v1' then data ->> 'ts_utc' when 'flat.v1' then data ->> 'timestamp' else data ->> 'sold_at' end;
  revised := data ->> 'revised_at';
  if coalesce(store, '') = '' or coalesce(transaction, '') = '' or said is null then
    raise exception 'the sale lacks its store, its transaction or its time' using errcode = 'invalid_parameter_value';
  end if;

  select p.time_zone into zone
  from scout.tenant t join scout.geo_pack p on p.pack_id = t.pack_id
  where t.tenant_id = tenant;
  occurred := scout.instant_in(said, case contract when 'edge.v1' then 'UTC' else zone end);
  day := (occurred at time zone zone)::date;
  if not exists (select from scout.dim_store s where s.tenant_id = tenant and s.store_id = store) then
    reasons := reasons || 'unknown_store'::text;
  end if;
  if occurred > arrived + interval '10 minutes' then
    reasons := reasons || 'clock_future'::text;
  elsif occurred < arrived - interval '90 days' then
    reasons := reasons || 'clock_past'::text;
  end if;

  -- One after the other, so that each has a number of its own.
  perform pg_advisory_xact_lock(hashtextextended('scout.ingest_transaction/' || tenant, 0));
  insert into scout.bronze_events (
    tenant_id, device_id, boot_epoch, seq, contract, event_data, event_hash, store_id, transaction_id, occurred_at, business_day,
    recorded_at, sent_at, received_at, clock_offset_ms, revised_at, voided, quarantine_reasons, quality_issues
  )
  select
    tenant, 'sql', 1,
    coalesce((select max(b.seq) from scout.bronze_events b where b.tenant_id = tenant and b.device_id = 'sql' and b.boot_epoch = 1), 0) + 1,
    contract, data, scout.fn_event_hash(data), store, transaction, occurred, day,
    arrived, arrived, arrived, 0, scout.instant_in(revised, zone), data -> 'voided' = 'true'::jsonb is true, reasons, '{}'
  on conflict do nothing;
  get diagnostics stored = row_count;
  if stored = 0 then
    return 'duplicate';
  end if;
  if reasons <> '{}' then
    return 'quarantined';
  end if;
  insert into scout.medallion_touched_day (tenant_id, day, touch_id)
  values (tenant, day, 'sql/' || txid_current())
  on conflict do nothing;
  return 'accepted';
end
$$;
