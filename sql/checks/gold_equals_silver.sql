-- check: the cube, the store days and the daily metrics each hold exactly the sales and pesos of silver, day by day
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
with total as (
  select 'silver' as relation, date_key as day, count(*) as sales, count(net_amount) as priced,
    coalesce(sum(net_amount), 0) as net, coalesce(sum(basket_size), 0) as units
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
  union all
  select 'gold_sales_cube', day, sum(sales), sum(priced_sales), sum(net_sales), sum(units)
  from scout.gold_sales_cube
  where tenant_id = $1 and ($2::date[] is null or day = any ($2::date[]))
  group by day
  union all
  select 'gold_store_days', day, sum(sales), sum(priced_sales), sum(net_sales), sum(units)
  from scout.gold_store_days
  where tenant_id = $1 and ($2::date[] is null or day = any ($2::date[]))
  group by day
  union all
  select 'gold_daily_metrics', date_key, sum(transaction_count), sum(priced_count), coalesce(sum(net_sales), 0), sum(units_sold)
  from scout.gold_daily_metrics
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
)
select day, array_agg(relation order by relation collate "C") as relations, min(net) as smallest_net, max(net) as largest_net
from total
group by day
having count(*) <> 4
  or min(sales) <> max(sales)
  or min(priced) <> max(priced)
  or min(net) <> max(net)
  or min(units) <> max(units)
