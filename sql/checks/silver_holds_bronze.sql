-- check: every sale that stands is in silver exactly once, on its business day
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
select
  coalesce(b.business_day, s.date_key) as day,
  coalesce(b.sales, 0) as in_bronze,
  coalesce(s.sales, 0) as in_silver
from (
  select business_day, count(*) as sales
  from scout.bronze_standing
  where tenant_id = $1 and ($2::date[] is null or business_day = any ($2::date[])) and not voided
  group by business_day
) b
full join (
  select date_key, count(*) as sales
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key
) s on s.date_key = b.business_day
where b.sales is distinct from s.sales
