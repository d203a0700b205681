-- Postgres does not always write a double with the fewest digits that name it (18653387456789310 becomes 1.8653387456789312e+16), TypeScript
-- does. So a number is also exact when it is shorter than what Postgres writes and names the same double.

create function scout.significant_digits(value numeric) returns integer
language sql immutable parallel safe
return length(btrim(replace(trim_scale(abs(value))::text, '.', ''), '0'));

create or replace function scout.canonical_json(value jsonb, instant boolean default false) returns text
language plpgsql immutable parallel safe
as $$
declare
  exact numeric;
  written numeric;
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
      exact := (value #>> '{}')::numeric;
      written := exact::double precision::text::numeric;
      if exact <> written and scout.significant_digits(exact) >= scout.significant_digits(written) then
        raise exception 'a number has more digits than a double keeps: %', left(exact::text, 64)
          using errcode = 'numeric_value_out_of_range';
      end if;
      return trim_scale(exact)::text;
    else
      -- true, false, null
      return value::text;
  end case;
end
$$;
