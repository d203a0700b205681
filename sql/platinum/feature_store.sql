-- relation: scout.feature_store
-- grain: one entity and feature with a value
-- key: tenant_id, entity_kind, entity_id, feature
-- inputs: scout.store_features, scout.customer_features
-- kind: view
--
-- Numeric features by name, for who exports or compares them; ratios are worked out here, from what the wide tables hold.

select
  s.tenant_id, 'store'::text as entity_kind, s.store_id as entity_id, f.feature, f.value, s.as_of, s.window_from
from scout.store_features s
cross join lateral (values
  ('active_days_28', s.active_days_28::numeric),
  ('sales_28', s.sales_28::numeric),
  ('net_sales_28', s.net_sales_28),
  ('average_sale_28', round(s.net_sales_28 / nullif(s.priced_sales_28, 0), 4)),
  ('units_per_sale_28', round(s.units_28::numeric / nullif(s.sales_28, 0), 4)),
  ('priced_share_28', round(s.priced_sales_28::numeric / nullif(s.sales_28, 0), 4)),
  ('sales_growth_28', round(s.sales_28::numeric / nullif(s.sales_before_28, 0) - 1, 4)),
  ('net_sales_growth_28', round(s.net_sales_28 / nullif(s.net_sales_before_28, 0) - 1, 4)),
  ('weekend_share_84', round(s.weekend_sales_84::numeric / nullif(s.sales_84, 0), 4)),
  ('morning_share_84', round(s.morning_net_sales_84 / nullif(s.net_sales_84, 0), 4)),
  ('afternoon_share_84', round(s.afternoon_net_sales_84 / nullif(s.net_sales_84, 0), 4)),
  ('evening_share_84', round(s.evening_net_sales_84 / nullif(s.net_sales_84, 0), 4)),
  ('night_share_84', round(s.night_net_sales_84 / nullif(s.net_sales_84, 0), 4)),
  ('mean_week_sales', s.mean_week_sales),
  ('variation_week_sales', round(s.deviation_week_sales / nullif(s.mean_week_sales, 0), 4)),
  ('days_since_sale', s.days_since_sale::numeric)
) as f (feature, value)
where f.value is not null
union all
select
  c.tenant_id, 'customer', c.customer_id, f.feature, f.value, c.as_of, c.window_from
from scout.customer_features c
cross join lateral (values
  ('active_days', c.active_days::numeric),
  ('recency_days', c.recency_days::numeric),
  ('mean_gap_days', c.mean_gap_days),
  ('sales', c.sales::numeric),
  ('net_sales', c.net_sales),
  ('average_sale', round(c.net_sales / nullif(c.priced_sales, 0), 4)),
  ('units_per_sale', round(c.units::numeric / c.sales, 4)),
  ('stores', c.stores::numeric),
  ('sales_90', c.sales_90::numeric),
  ('net_sales_90', c.net_sales_90)
) as f (feature, value)
where f.value is not null
