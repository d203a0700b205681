-- publishes: gold.sales_cube
-- grain: place, day, time_of_day, channel, customer_type, category
-- inputs: scout.gold_sales_cube
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, month) by partition: the same data give the same files. A sale
-- whose place is unknown lies in no region and is not published.

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
