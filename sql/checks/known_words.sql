-- check: every sale has a time of day of the tenant's pack, and its channel, payment and kind of customer are of the pack's terms
-- severity: warning
-- parameters: $1 tenant, $2 business days (null is all of them)
select t.region, s.kind, s.code, count(*) as sales
from scout.silver_transactions t
cross join lateral (
  values ('payment_method', t.payment_method), ('customer_type', t.customer_type), ('time_of_day', t.time_of_day)
) as s (kind, code)
where t.tenant_id = $1
  and ($2::date[] is null or t.date_key = any ($2::date[]))
  and s.code is not null
  and not exists (
    select 1 from scout.pack_spelling p where p.kind = s.kind and p.code = s.code
    union all
    select 1 from scout.pack_time_of_day h where s.kind = 'time_of_day' and h.time_of_day = s.code
  )
group by t.region, s.kind, s.code
