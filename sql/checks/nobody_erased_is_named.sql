-- check: no refined sale, segment, lifetime value, feature or score names a customer who was erased
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
select 'silver_transactions' as relation, e.customer_id
from scout.customer_erased e
join scout.silver_transactions t on t.tenant_id = e.tenant_id and t.customer_id = e.customer_id
where e.tenant_id = $1 and ($2::date[] is null or t.date_key = any ($2::date[]))
union all
select 'silver_customer_segments', e.customer_id
from scout.customer_erased e
join scout.silver_customer_segments s on s.tenant_id = e.tenant_id and s.customer_id = e.customer_id
where e.tenant_id = $1
union all
select 'gold_customer_ltv', e.customer_id
from scout.customer_erased e
join scout.gold_customer_ltv l on l.tenant_id = e.tenant_id and l.customer_id = e.customer_id
where e.tenant_id = $1
union all
select 'customer_features', e.customer_id
from scout.customer_erased e
join scout.customer_features f on f.tenant_id = e.tenant_id and f.customer_id = e.customer_id
where e.tenant_id = $1
union all
select 'churn_score', e.customer_id
from scout.customer_erased e
join scout.churn_score c on c.tenant_id = e.tenant_id and c.customer_id = e.customer_id
where e.tenant_id = $1
