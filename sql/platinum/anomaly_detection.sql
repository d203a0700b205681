-- relation: scout.anomaly_detection
-- grain: one region, province, city or store, business day and metric that is anomalous
-- key: tenant_id, metric, day, level, place
-- inputs: scout.gold_store_days, scout.geo_place
-- kind: incremental
-- slice: day
-- redo: select distinct d + 7 * k from unnest($2::date[]) as d cross join generate_series(0, 8) as k
-- parameters: $1 tenant, $2 days to score anew: the touched ones and the same weekday of the 8 weeks after (null is all of them)
--
-- Method: robust z-score (Iglewicz and Hoaglin 1993), z = 0.6745 × (value − median) ÷ MAD, over net sales and over the number of sales on
-- the 8 previous same weekdays; 0.6745 makes the MAD of a normal distribution its standard deviation. At least 6 of the 8 must have a sale,
-- for net sales a priced one; a MAD of 0 gives no anomaly. Anomalous is |z| ≥ 3.5, tested as a product so that no rounding decides.
-- A day without a sale has no row and is not judged: nobody knows whether the device was on.

with looked_at as materialized (
  -- Only the weekdays that the scored days look back on, not every day between them.
  select array_agg(distinct d - 7 * k) as days from unnest($2::date[]) as d cross join generate_series(0, 8) as k
),
store_day as materialized (
  select s.region, p.province_code as province, s.place as city, s.store, s.day, s.sales, s.priced_sales, s.net_sales
  from scout.gold_store_days s
  left join scout.geo_place p on p.code = s.place
  where s.tenant_id = $1
    and s.region is not null
    and ($2::date[] is null or s.day = any ((select days from looked_at)::date[]))
),
place_day as (
  select 'store' as level, region, store as place, day, sales, priced_sales, net_sales from store_day
  union all
  select 'city', min(region), city, day, sum(sales), sum(priced_sales), sum(net_sales)
  from store_day where city is not null group by city, day
  union all
  select 'province', min(region), province, day, sum(sales), sum(priced_sales), sum(net_sales)
  from store_day where province is not null group by province, day
  union all
  select 'region', region, region, day, sum(sales), sum(priced_sales), sum(net_sales)
  from store_day group by region, day
),
metric_day as (
  select level, region, place, day, 'net_sales' as metric, net_sales as value from place_day where priced_sales > 0
  union all
  select level, region, place, day, 'sales', sales::numeric from place_day
),
past as (
  select
    level, region, place, day, metric, value,
    array_agg(value) over (
      partition by metric, level, place, (day - date '2000-01-03') % 7
      order by day - date '2000-01-03'
      range between 56 preceding and 7 preceding
    ) as history
  from metric_day
),
centred as (
  select
    p.level, p.region, p.place, p.day, p.metric, p.value, s.history,
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
  level,
  region,
  place,
  day,
  metric,
  value,
  median,
  mad,
  round(0.6745 * (value - median) / mad, 6) as z,
  case when value > median then 'above' else 'below' end as direction,
  cardinality(history) as window_days
from spread
where mad > 0 and 0.6745 * abs(value - median) >= 3.5 * mad
