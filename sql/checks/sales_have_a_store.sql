-- check: every sale was made in a store of the catalogue, and the place of that store is known
-- severity: warning
-- parameters: $1 tenant, $2 business days (null is all of them)
select t.region, t.store_id, s.store_id is not null as in_catalogue, count(*) as sales
from scout.silver_transactions t
left join scout.dim_store s on s.tenant_id = $1 and s.store_id = t.store_id
where t.tenant_id = $1
  and ($2::date[] is null or t.date_key = any ($2::date[]))
  and (s.store_id is null or t.city is null)
group by t.region, t.store_id, s.store_id
