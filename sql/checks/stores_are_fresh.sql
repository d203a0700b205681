-- check: a store that sold on most days of the fortnight before has sold in the newest three days of the tenant's data
-- severity: warning
-- parameters: $1 tenant
--
-- Measured from the newest business day and not from today: the same data give the same warning.
with newest as (
  select max(day) as day from scout.gold_store_days where tenant_id = $1
)
select d.region, d.store, max(d.day) as last_day
from scout.gold_store_days d
cross join newest n
where d.tenant_id = $1 and d.day > n.day - 17
group by d.region, d.store, n.day
having max(d.day) <= n.day - 3 and count(*) >= 8
