-- relation: scout.gold_customer_value
-- grain: one customer
-- key: tenant_id, customer_id
-- inputs: scout.gold_customer_ltv
-- kind: view
--
-- Lifetime value with what divides: a month has 30.44 days; a customer is known for at least one.

select
  l.*,
  l.last_purchase_date - l.first_purchase_date + 1 as tenure_days,
  round(l.total_lifetime_value / nullif(l.priced_sales, 0), 2) as avg_sale_value,
  round(l.total_lifetime_value / greatest((l.as_of - l.first_purchase_date + 1) / 30.44, 1), 2) as value_a_month,
  round(l.sales / greatest((l.as_of - l.first_purchase_date + 1) / 30.44, 1), 4) as sales_a_month
from scout.gold_customer_ltv l
