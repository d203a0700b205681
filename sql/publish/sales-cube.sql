-- Published rows of gold.sales_cube.
-- grain: place, day, time_of_day, channel, customer_type, category · inputs: gold_sales_cube · kind: select, $1 tenant
-- Order is part of the contract: partition by partition, then as the laptop scans them. A sale whose place is unknown lies in no region
-- and is not published; sql/checks counts it.
select
  region,
  to_char(day, 'YYYY-MM') as month,
  place,
  day - date '1970-01-01' as day,
  time_of_day,
  channel,
  customer_type,
  category,
  sales,
  priced_sales,
  round(net_sales, 2)::double precision as net_sales,
  units
from scout.gold_sales_cube
where tenant_id = $1
  and region is not null
  and place is not null
order by
  region collate "C",
  to_char(day, 'YYYY-MM') collate "C",
  place collate "C",
  day,
  time_of_day collate "C",
  channel collate "C",
  customer_type collate "C",
  category collate "C"
