-- publishes: platinum.anomaly_detection
-- grain: place (a region), day, metric
-- inputs: scout.anomaly_detection
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, month) by partition.

select
  place as region,
  to_char(day, 'YYYY-MM') as month,
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
order by place collate "C", to_char(day, 'YYYY-MM') collate "C", day, metric collate "C"
