-- relation: scout.basket_cluster_days
-- grain: one place (city or municipality), business day and kind of basket with a sale
-- key: tenant_id, day, place, cluster
-- inputs: scout.silver_transactions, scout.silver_line_items
-- fit: scout.basket_clusters
-- kind: incremental
-- slice: day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- Every sale is in exactly one row. Touched days are sorted into the kinds of the fit that stands; a new fit sorts every day anew.

select
  $1::text as tenant_id,
  region,
  city as place,
  date_key as day,
  cluster,
  count(*) as sales,
  count(net_amount) as priced_sales,
  coalesce(sum(net_amount), 0) as net_sales
from scout.transaction_clusters($1, $2::date[])
group by region, city, date_key, cluster
