-- relation: scout.gold_store_days
-- grain: one store and business day with a sale
-- key: tenant_id, day, store
-- inputs: scout.silver_transactions
-- kind: incremental by business day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Active stores cannot be added over days; with one row a store and day they are counted exactly for any range.

delete from scout.gold_store_days
where tenant_id = $1 and ($2::date[] is null or day = any ($2::date[]));

with fresh as (
  insert into scout.gold_store_days (
    tenant_id, region, place, store, day, sales, priced_sales, net_sales, units
  )
  select
    $1, min(region), min(city), store_id, date_key,
    count(*), count(net_amount), coalesce(sum(net_amount), 0), coalesce(sum(basket_size), 0)
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by store_id, date_key
  returning 1
)
select count(*)::integer as rows from fresh;
