-- relation: scout.gold_product_windows
-- grain: one product and store with a sale of it in the 30 days up to the newest business day
-- key: tenant_id, store_id, product_key
-- inputs: scout.silver_line_items
-- kind: windowed
-- schedule: six-hourly
-- parameters: $1 tenant
--
-- Redone whole: thirty days are as long in ten years as today, and taking a day off the other end of a window is an update of nearly every row.

with newest as (
  select max(date_key) as as_of from scout.silver_line_items where tenant_id = $1
)
select
  $1::text as tenant_id,
  l.store_id,
  l.product_key,
  n.as_of,
  30 as window_days,
  min(l.region) as region,
  min(l.product_name collate "C") as product_name,
  min(l.brand collate "C") as brand,
  min(l.category collate "C") as category,
  count(distinct l.date_key) as active_days,
  count(*) as lines,
  coalesce(sum(l.units), 0) as units,
  sum(l.line_amount) as net_sales
from newest n
join scout.silver_line_items l
  on l.tenant_id = $1 and l.date_key between n.as_of - 29 and n.as_of and l.product_key is not null
group by l.store_id, l.product_key, n.as_of
