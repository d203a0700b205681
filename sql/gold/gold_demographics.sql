-- relation: scout.gold_demographics
-- grain: one gender, age bracket and customer type, region and business day with a sale
-- key: tenant_id, date_key, region, gender, age_bracket, customer_type
-- inputs: scout.silver_transactions
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Who buys, as far as a device can tell; null is unknown.

select
  $1::text as tenant_id,
  date_key,
  region,
  gender,
  age_bracket,
  customer_type,
  count(*) as sales,
  count(net_amount) as priced_sales,
  sum(net_amount) as net_sales,
  coalesce(sum(basket_size), 0) as units
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by date_key, region, gender, age_bracket, customer_type
