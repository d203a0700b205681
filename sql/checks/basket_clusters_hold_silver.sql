-- check: every sale is in exactly one kind of basket, with its pesos, once kinds have been found
-- severity: blocking

with kept as (
  select day, sum(sales) as sales, sum(priced_sales) as priced_sales, sum(net_sales) as net_sales
  from scout.basket_cluster_days
  where tenant_id = $1 and ($2::date[] is null or day = any ($2::date[]))
  group by day
),
silver as (
  select date_key as day, count(*) as sales, count(net_amount) as priced_sales, coalesce(sum(net_amount), 0) as net_sales
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
    and exists (select 1 from scout.basket_clusters where tenant_id = $1)
  group by date_key
)
select
  coalesce(k.day, s.day) as day,
  k.sales as kept_sales, s.sales as silver_sales,
  k.net_sales as kept_net_sales, s.net_sales as silver_net_sales
from kept k
full join silver s on s.day = k.day
where (k.sales, k.priced_sales, k.net_sales) is distinct from (s.sales, s.priced_sales, s.net_sales)
