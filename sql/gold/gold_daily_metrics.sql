-- relation: scout.gold_daily_metrics
-- grain: one store and business day with a sale
-- key: tenant_id, date_key, store_id
-- inputs: scout.silver_transactions
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- The reference system's daily metrics, as far as they add up over days and stores. Its averages are in scout.gold_daily_kpis:
-- sums and counts give them for any range. new_, returning_ and vip_customers count sales to customers of that kind.

select
  $1::text as tenant_id,
  date_key,
  store_id,
  min(region) as region,
  min(province) as province,
  min(city) as city,
  count(*) as transaction_count,
  count(net_amount) as priced_count,
  count(basket_size) as basket_count,
  sum(total_amount) as total_sales,
  sum(discount_amount) as total_discount,
  sum(tax_amount) as total_tax,
  sum(net_amount) as net_sales,
  count(*) filter (where customer_type = 'new') as new_customers,
  count(*) filter (where customer_type = 'returning') as returning_customers,
  count(*) filter (where customer_type = 'vip') as vip_customers,
  coalesce(sum(basket_size), 0) as units_sold,
  sum(net_amount) filter (where time_of_day = 'morning') as morning_sales,
  sum(net_amount) filter (where time_of_day = 'afternoon') as afternoon_sales,
  sum(net_amount) filter (where time_of_day = 'evening') as evening_sales,
  sum(net_amount) filter (where time_of_day = 'night') as night_sales,
  count(*) filter (where campaign_influenced) as campaign_transactions,
  sum(net_amount) filter (where campaign_influenced) as campaign_sales
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by date_key, store_id
