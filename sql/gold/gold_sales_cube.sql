-- relation: scout.gold_sales_cube
-- grain: one place (city or municipality), business day, time of day, channel, customer type and main category with a sale
-- key: tenant_id, day, place, time_of_day, channel, customer_type, category
-- inputs: scout.silver_transactions
-- kind: incremental by business day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Every sale is in exactly one row, by its main category, so that sums over any dimension count it once. A null dimension is an
-- unknown one. net_sales is the sum over the priced sales; priced_sales says how many these are.

delete from scout.gold_sales_cube
where tenant_id = $1 and ($2::date[] is null or day = any ($2::date[]));

with fresh as (
  insert into scout.gold_sales_cube (
    tenant_id, region, place, day, time_of_day, channel, customer_type, category, sales, priced_sales, net_sales, units
  )
  select
    $1, region, city, date_key, time_of_day, channel, customer_type, product_category,
    count(*), count(net_amount), coalesce(sum(net_amount), 0), coalesce(sum(basket_size), 0)
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by region, city, date_key, time_of_day, channel, customer_type, product_category
  returning 1
)
select count(*)::integer as rows from fresh;
