-- relation: scout.anomaly_detection
-- grain: one region, business day and metric that is anomalous
-- key: tenant_id, metric, day, place
-- inputs: scout.gold_store_days
-- kind: incremental
-- slice: day
-- redo: select distinct d + 7 * k from unnest($2::date[]) as d cross join generate_series(0, 8) as k
-- parameters: $1 tenant, $2 days to score anew: the touched ones and the same weekday of the 8 weeks after (null is all of them)
--
-- Method: robust z-score (Iglewicz and Hoaglin 1993), z = 0.6745 × (value − median) ÷ MAD, over the region's net sales on the 8
-- previous same weekdays; 0.6745 makes the MAD of a normal distribution its standard deviation. At least 6 of the 8 must have a priced
-- sale; a MAD of 0 gives no anomaly. Anomalous is |z| ≥ 3.5, tested as a product so that no rounding decides.

with region_day as materialized (
  select region, day, sum(net_sales) as value
  from scout.gold_store_days
  where tenant_id = $1
    and region is not null
    and ($2::date[] is null
      or day between (select min(d) - 56 from unnest($2::date[]) as d) and (select max(d) from unnest($2::date[]) as d))
  group by region, day
  having sum(priced_sales) > 0
),
past as (
  select
    region, day, value,
    array_agg(value) over (
      partition by region, (day - date '2000-01-03') % 7
      order by day - date '2000-01-03'
      range between 56 preceding and 7 preceding
    ) as history
  from region_day
),
centred as (
  select
    p.region, p.day, p.value, s.history,
    -- The middle value, or the mean of the two in the middle.
    (s.history[(cardinality(s.history) + 1) / 2] + s.history[cardinality(s.history) / 2 + 1]) / 2 as median
  from past p
  cross join lateral (select array_agg(v order by v) as history from unnest(p.history) as v) s
  where cardinality(p.history) >= 6
    and ($2::date[] is null or p.day = any ($2::date[]))
),
spread as (
  select
    c.*,
    (
      select (deviations[(cardinality(deviations) + 1) / 2] + deviations[cardinality(deviations) / 2 + 1]) / 2
      from (select array_agg(abs(v - c.median) order by abs(v - c.median)) as deviations from unnest(c.history) as v) d
    ) as mad
  from centred c
)
select
  $1::text as tenant_id,
  region as place,
  day,
  'net_sales'::text as metric,
  value,
  median,
  mad,
  round(0.6745 * (value - median) / mad, 6) as z,
  cardinality(history) as window_days
from spread
where mad > 0 and 0.6745 * abs(value - median) >= 3.5 * mad
