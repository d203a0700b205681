-- relation: scout.demand_forecast
-- grain: one store, target and week that could be forecast
-- key: tenant_id, store_id, target, week
-- inputs: scout.gold_daily_metrics
-- kind: computed
-- schedule: daily
-- parameters: $1 tenant
--
-- Reads each store's whole weeks (Monday to Sunday) of the last 112, in order; weeks without a sale have no row.
-- sync-server/medallion/computed/demand-forecast.ts forecasts from them.

with bounds as (
  -- The Monday after the last whole week.
  select (date_trunc('week', max(date_key) + 1))::date as until
  from scout.gold_daily_metrics
  where tenant_id = $1
)
select
  $1::text as tenant_id,
  m.store_id,
  min(m.region) as region,
  date_trunc('week', m.date_key)::date as week,
  b.until,
  sum(m.transaction_count) as sales,
  sum(m.priced_count) as priced_sales,
  coalesce(sum(m.net_sales), 0)::double precision as net_sales,
  sum(m.units_sold)::bigint as units
from scout.gold_daily_metrics m
cross join bounds b
where m.tenant_id = $1 and m.date_key >= b.until - 112 * 7 and m.date_key < b.until
group by m.store_id, date_trunc('week', m.date_key)::date, b.until
order by m.store_id collate "C", week
