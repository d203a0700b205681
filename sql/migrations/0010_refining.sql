-- What the transforms share, and counts that no number of odd sales can overflow.

-- A JSON number, or a decimal in text, as numeric; anything else, or 10 billion and more, is unknown: one absurd sale must
-- not stop the day it came in.
create function scout.decimal_of(value jsonb) returns numeric
language sql immutable parallel safe
return case
  when jsonb_typeof(value) = 'number' and abs((value #>> '{}')::numeric) < 1e10 then (value #>> '{}')::numeric
  when jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^-?\d{1,10}(\.\d{1,6})?$' then (value #>> '{}')::numeric
end;

alter table scout.gold_daily_metrics alter column units_sold type bigint;
alter table scout.gold_sales_cube alter column units type bigint;
alter table scout.gold_store_days alter column units type bigint;
