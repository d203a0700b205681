-- relation: scout.mv_customer_segments
-- grain: one customer
-- key: tenant_id, customer_id
-- inputs: scout.silver_customer_segments, scout.gold_customer_ltv
-- kind: view
--
-- Segmentation with RFM under the reference schema's name. Ranks over all customers have no increment, so scout.silver_customer_segments is
-- redone whole once a day, and this is a view of it: a materialised view would be a second copy, and no policy holds on one.

select
  s.tenant_id,
  s.customer_id,
  s.segment,
  s.recency_days,
  s.frequency,
  s.monetary,
  s.recency_score,
  s.frequency_score,
  s.monetary_score,
  round(s.monetary / nullif(s.priced, 0), 2) as avg_transaction_value,
  l.first_purchase_date,
  s.last_purchase_date,
  l.total_lifetime_value,
  l.preferred_store_id,
  l.preferred_payment,
  s.as_of
from scout.silver_customer_segments s
left join scout.gold_customer_ltv l on l.tenant_id = s.tenant_id and l.customer_id = s.customer_id
