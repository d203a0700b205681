-- relation: scout.gold_weekly_metrics
-- grain: one store and ISO week (by its Monday) with a sale
-- key: tenant_id, week, store_id
-- inputs: scout.gold_daily_metrics
-- kind: incremental
-- slice: week
-- redo: select distinct date_trunc('week', d::timestamp)::date from unnest($2::date[]) as d
-- parameters: $1 tenant, $2 weeks to redo (null is all of them)
--
-- The days of a store added up; active_days says how many had a sale. Averages and shares: scout.gold_weekly_kpis.

select
  $1::text as tenant_id,
  date_trunc('week', date_key::timestamp)::date as week,
  store_id,
  min(region) as region,
  min(province) as province,
  min(city) as city,
  count(*) as active_days,
  sum(transaction_count) as transaction_count,
  sum(priced_count) as priced_count,
  sum(basket_count) as basket_count,
  sum(total_sales) as total_sales,
  sum(total_discount) as total_discount,
  sum(total_tax) as total_tax,
  sum(net_sales) as net_sales,
  sum(new_customers) as new_customers,
  sum(returning_customers) as returning_customers,
  sum(vip_customers) as vip_customers,
  sum(units_sold) as units_sold,
  sum(morning_sales) as morning_sales,
  sum(afternoon_sales) as afternoon_sales,
  sum(evening_sales) as evening_sales,
  sum(night_sales) as night_sales,
  sum(campaign_transactions) as campaign_transactions,
  sum(campaign_sales) as campaign_sales
from scout.gold_daily_metrics
where tenant_id = $1
  -- By days, not by what is computed of them, so that the key's index finds them.
  and ($2::date[] is null or date_key = any (array(
    select s::date + n
    from unnest($2::date[]) as s
    cross join generate_series(0, (s + interval '1 week')::date - s::date - 1) as n
  )))
group by date_trunc('week', date_key::timestamp)::date, store_id
