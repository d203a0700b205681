-- publishes: gold.store_days
-- grain: store, day
-- inputs: scout.gold_store_days
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, month) by partition.

select
  region,
  to_char(day, 'YYYY-MM') as month,
  store,
  place,
  day - date '1970-01-01' as day,
  sales,
  priced_sales,
  round(net_sales, 2)::double precision as net_sales
from scout.gold_store_days
where tenant_id = $1
  and region is not null
  and place is not null
order by region collate "C", to_char(day, 'YYYY-MM') collate "C", store collate "C", day
