-- relation: scout.store_features
-- grain: one store with a sale in the window
-- key: tenant_id, store_id
-- inputs: scout.gold_daily_metrics
-- kind: windowed
-- schedule: daily
-- parameters: $1 tenant
--
-- As of the newest business day; weeks are spans of 7 days that end on it.

with bounds as (
  select max(date_key) as as_of from scout.gold_daily_metrics where tenant_id = $1
),
source as materialized (
  select m.*, b.as_of, (b.as_of - m.date_key) as age
  from scout.gold_daily_metrics m
  cross join bounds b
  where m.tenant_id = $1 and m.date_key > b.as_of - 84
),
weeks as (
  select store_id, age / 7 as week, sum(transaction_count) as sales
  from source
  group by store_id, age / 7
),
steadiness as (
  -- Over 12 weeks, those without a sale included: the variance is the mean square less the squared mean.
  select
    store_id,
    sum(sales) / 12 as mean_sales,
    sqrt(greatest(sum(sales * sales) / 12 - (sum(sales) / 12) * (sum(sales) / 12), 0)) as deviation
  from weeks
  group by store_id
)
select
  $1::text as tenant_id,
  s.store_id,
  s.as_of,
  s.as_of - 83 as window_from,
  min(s.region) as region,
  count(*) filter (where age < 28) as active_days_28,
  coalesce(sum(transaction_count) filter (where age < 28), 0) as sales_28,
  coalesce(sum(priced_count) filter (where age < 28), 0) as priced_sales_28,
  sum(net_sales) filter (where age < 28) as net_sales_28,
  coalesce(sum(units_sold) filter (where age < 28), 0) as units_28,
  coalesce(sum(transaction_count) filter (where age between 28 and 55), 0) as sales_before_28,
  sum(net_sales) filter (where age between 28 and 55) as net_sales_before_28,
  sum(transaction_count) as sales_84,
  coalesce(sum(transaction_count) filter (where extract(isodow from date_key) >= 6), 0) as weekend_sales_84,
  sum(net_sales) as net_sales_84,
  sum(morning_sales) as morning_net_sales_84,
  sum(afternoon_sales) as afternoon_net_sales_84,
  sum(evening_sales) as evening_net_sales_84,
  sum(night_sales) as night_net_sales_84,
  round(min(w.mean_sales), 4) as mean_week_sales,
  round(min(w.deviation), 4) as deviation_week_sales,
  min(age) as days_since_sale
from source s
join steadiness w on w.store_id = s.store_id
group by s.store_id, s.as_of
