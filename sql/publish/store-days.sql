-- Published rows of gold.store_days.
-- grain: store, day · inputs: gold_store_days · kind: select, $1 tenant
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
