-- publishes: platinum.anomaly_detection
-- grain: place (a region, province or city), day, metric
-- inputs: scout.anomaly_detection
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, year) by partition. Those of single stores stay on the server: the map
-- draws places.

select
  region,
  to_char(day, 'YYYY') as year,
  level,
  place,
  day - date '1970-01-01' as day,
  metric,
  value::double precision as value,
  median::double precision as median,
  mad::double precision as mad,
  z::double precision as z,
  window_days
from scout.anomaly_detection
where tenant_id = $1
  and level <> 'store'
order by region collate "C", to_char(day, 'YYYY') collate "C", level collate "C", place collate "C", day, metric collate "C"
