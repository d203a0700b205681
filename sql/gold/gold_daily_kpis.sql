-- relation: scout.gold_daily_kpis
-- grain: as scout.gold_daily_metrics
-- key: tenant_id, date_key, store_id
-- inputs: scout.gold_daily_metrics, scout.silver_store_metrics
-- kind: view
--
-- The metrics with what divides: the reference schema's averages under their names. avg_basket_size rests on the sales whose pieces are known,
-- avg_transaction_value on the priced ones; campaign_effectiveness is the share of net sales that a campaign led to, in per cent.
-- Distinct customers and products are those of that store and day, as silver counts them: they do not add up.

select
  m.*,
  s.unique_customers,
  s.unique_products as unique_products_sold,
  round(m.units_sold::numeric / nullif(m.basket_count, 0), 2) as avg_basket_size,
  round(m.net_sales / nullif(m.priced_count, 0), 2) as avg_transaction_value,
  round(100 * coalesce(m.campaign_sales, 0) / nullif(m.net_sales, 0), 2) as campaign_effectiveness,
  round(m.priced_count::numeric / m.transaction_count, 4) as priced_share
from scout.gold_daily_metrics m
left join scout.silver_store_metrics s
  on s.tenant_id = m.tenant_id and s.date_key = m.date_key and s.store_id = m.store_id
