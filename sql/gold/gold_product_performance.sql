-- relation: scout.gold_product_performance
-- grain: one product, region and business day with a sale of it
-- key: tenant_id, date_key, region, product_key
-- inputs: scout.silver_line_items
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- What each product sold. A line that names no product is in none. Velocity and Pareto share: scout.gold_product_pareto.

with sold as (
  -- A sale may hold a product on several lines.
  select
    date_key, region, store_id, transaction_id, product_key,
    min(product_name collate "C") as product_name,
    min(brand collate "C") as brand,
    min(category collate "C") as category,
    count(*) as lines,
    count(line_amount) as priced_lines,
    sum(units) as units,
    sum(quantity) as quantity,
    sum(line_amount) as net_sales
  from scout.silver_line_items
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[])) and product_key is not null
  group by date_key, region, store_id, transaction_id, product_key
)
select
  $1::text as tenant_id,
  date_key,
  region,
  product_key,
  min(product_name collate "C") as product_name,
  min(brand collate "C") as brand,
  min(category collate "C") as category,
  sum(lines) as lines,
  sum(priced_lines) as priced_lines,
  count(*) as sales,
  coalesce(sum(units), 0) as units,
  sum(quantity) as quantity,
  sum(net_sales) as net_sales
from sold
group by date_key, region, product_key
