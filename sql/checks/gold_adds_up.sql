-- check: store metrics, places, requests, demographics and products hold exactly the sales, lines and pesos of silver, day by day
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
with total as (
  select 'sales' as what, 'silver_transactions' as relation, date_key as day, count(*) as n, coalesce(sum(net_amount), 0) as net
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
  union all
  select 'sales', 'silver_store_metrics', date_key, sum(transactions), coalesce(sum(net_sales), 0)
  from scout.silver_store_metrics
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
  union all
  select 'sales', 'gold_request_behaviour', date_key, sum(sales), coalesce(sum(net_sales), 0)
  from scout.gold_request_behaviour
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
  union all
  select 'sales', 'gold_demographics', date_key, sum(sales), coalesce(sum(net_sales), 0)
  from scout.gold_demographics
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
  union all
  select 'sales in a known region', 'gold_daily_metrics', date_key, sum(transaction_count), coalesce(sum(net_sales), 0)
  from scout.gold_daily_metrics
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[])) and region is not null
  group by date_key
  union all
  select 'sales in a known region', 'gold_place_days', date_key, sum(transaction_count), coalesce(sum(net_sales), 0)
  from scout.gold_place_days
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[])) and level = 1
  group by date_key
  union all
  select 'lines of a product', 'silver_line_items', date_key, count(*), coalesce(sum(line_amount), 0)
  from scout.silver_line_items
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[])) and product_key is not null
  group by date_key
  union all
  select 'lines of a product', 'gold_product_performance', date_key, sum(lines), coalesce(sum(net_sales), 0)
  from scout.gold_product_performance
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
)
select day, what, array_agg(relation order by relation collate "C") as relations, min(n) as smallest, max(n) as largest,
  min(net) as smallest_net, max(net) as largest_net
from total
group by day, what
having count(*) <> case what when 'sales' then 4 else 2 end
  or min(n) <> max(n)
  or min(net) <> max(net)
