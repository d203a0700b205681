-- check: the share of sales with a price in a region's newest seven days is within 20 points of that of the 28 days before
-- severity: warning
-- parameters: $1 tenant
with newest as (
  select max(day) as day from scout.gold_store_days where tenant_id = $1
),
counted as (
  select
    d.region,
    sum(d.priced_sales) filter (where d.day > n.day - 7) as priced_now,
    sum(d.sales) filter (where d.day > n.day - 7) as sales_now,
    sum(d.priced_sales) filter (where d.day <= n.day - 7) as priced_before,
    sum(d.sales) filter (where d.day <= n.day - 7) as sales_before
  from scout.gold_store_days d
  cross join newest n
  where d.tenant_id = $1 and d.day > n.day - 35
  group by d.region
)
select region, round(priced_now::numeric / sales_now, 3) as now, round(priced_before::numeric / sales_before, 3) as before
from counted
where abs(priced_now::numeric / sales_now - priced_before::numeric / sales_before) > 0.2
