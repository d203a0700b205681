-- relation: scout.gold_store_days
-- grain: one store and business day with a sale
-- key: tenant_id, day, store
-- inputs: scout.silver_transactions
-- kind: incremental
-- slice: day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Active stores cannot be added over days; with one row a store and day they are counted exactly for any range.

select
  $1::text as tenant_id,
  min(region) as region,
  min(city) as place,
  store_id as store,
  date_key as day,
  count(*) as sales,
  count(net_amount) as priced_sales,
  coalesce(sum(net_amount), 0) as net_sales,
  coalesce(sum(basket_size), 0) as units
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by store_id, date_key
