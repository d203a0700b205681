-- check: the sales of a region on the day before the newest are at least half of the median of the four same weekdays before
-- severity: warning
-- parameters: $1 tenant
--
-- The newest day itself is still coming in.
with newest as (
  select max(day) as day from scout.gold_store_days where tenant_id = $1
),
counted as (
  select d.region, n.day - 1 - d.day as age, sum(d.sales) as sales
  from scout.gold_store_days d
  cross join newest n
  where d.tenant_id = $1 and d.region is not null and d.day between n.day - 29 and n.day - 1 and (n.day - 1 - d.day) % 7 = 0
  group by d.region, n.day - 1 - d.day
),
compared as (
  select
    region,
    coalesce(max(sales) filter (where age = 0), 0) as sales,
    count(*) filter (where age > 0) as weeks,
    percentile_disc(0.5) within group (order by sales) filter (where age > 0) as usual
  from counted
  group by region
)
select region, sales, usual
from compared
where weeks = 4 and 2 * sales < usual
