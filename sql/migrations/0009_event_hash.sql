-- The twin of app/domain/canonical-json.ts: one text for one value. tests/fixtures/event-hash-vectors.json holds the two together.
-- Ingestion hashes in TypeScript (this costs about 1.5 ms a sale); the function is for checking what lies in bronze.

-- An instant with a zone in UTC, without a trailing zero fraction; any other text unchanged.
-- Immutable although it casts text to timestamp: the pattern leaves one reading, whatever DateStyle says.
create function scout.canonical_instant(value text) returns text
language plpgsql immutable parallel safe
as $$
declare
  part text[] := regexp_match(value,
    '^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$');
  utc timestamp;
begin
  if part is null then
    return value;
  end if;
  utc := (part[1] || ' ' || part[2])::timestamp
    - case part[4] when '-' then -1 else 1 end
      * make_interval(hours => coalesce(part[5], '0')::integer, mins => coalesce(part[6], '0')::integer);
  return to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS') || coalesce('.' || nullif(rtrim(part[3], '0'), ''), '') || 'Z';
exception
  -- No such day or hour: then it is text like any other.
  when datetime_field_overflow or invalid_datetime_format then
    return value;
end
$$;

-- `instant`: whether the value stands under a key that holds an instant.
create function scout.canonical_json(value jsonb, instant boolean default false) returns text
language plpgsql immutable parallel safe
as $$
declare
  digits text;
begin
  case jsonb_typeof(value)
    when 'object' then
      return '{' || coalesce((
        select string_agg(
          to_json(m.key)::text || ':' || scout.canonical_json(m.value, m.key in (
            'sold_at', 'revised_at', 'timestamp', 'ts_utc', 'tx_start_ts', 'tx_end_ts')),
          ',' order by m.key collate "C")
        from jsonb_each(value) as m (key, value)), '') || '}';
    when 'array' then
      return '[' || coalesce((
        select string_agg(scout.canonical_json(m.value), ',' order by m.position)
        from jsonb_array_elements(value) with ordinality as m (value, position)), '') || ']';
    when 'string' then
      return to_json(case when instant then scout.canonical_instant(value #>> '{}') else value #>> '{}' end)::text;
    when 'number' then
      digits := value #>> '{}';
      if digits::numeric <> digits::double precision::text::numeric then
        raise exception 'a number has more digits than a double keeps: %', left(digits, 64)
          using errcode = 'numeric_value_out_of_range';
      end if;
      return trim_scale(digits::numeric)::text;
    else
      -- true, false, null
      return value::text;
  end case;
end
$$;

-- SHA-256 of the canonical JSON of a sale.
create function scout.fn_event_hash(data jsonb) returns bytea
language sql immutable parallel safe
return sha256(convert_to(scout.canonical_json(data), 'UTF8'));
