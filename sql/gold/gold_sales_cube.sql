-- relation: scout.gold_sales_cube
-- grain: one place (city or municipality), business day, time of day, channel, customer type and main category with a sale
-- key: tenant_id, day, place, time_of_day, channel, customer_type, category
-- inputs: scout.silver_transactions
-- kind: incremental
-- slice: day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Every sale is in exactly one row, by its main category, so that sums over any dimension count it once. A null dimension is an
-- unknown one. net_sales is the sum over the priced sales; priced_sales says how many these are.

select
  $1::text as tenant_id,
  region,
  city as place,
  date_key as day,
  time_of_day,
  channel,
  customer_type,
  product_category as category,
  count(*) as sales,
  count(net_amount) as priced_sales,
  coalesce(sum(net_amount), 0) as net_sales,
  coalesce(sum(basket_size), 0) as units
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by region, city, date_key, time_of_day, channel, customer_type, product_category
