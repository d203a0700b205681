-- relation: scout.mv_product_velocity
-- grain: one product and store with a sale of it in the 30 days up to the newest business day
-- key: tenant_id, store_id, product_key
-- inputs: scout.gold_product_windows
-- kind: view
--
-- The fast-moving products of each store and region, under the reference schema's name. A view of a kept table: no policy holds on a
-- materialised view, and only the ranks would be saved.

select
  w.tenant_id,
  w.region,
  w.store_id,
  w.product_key,
  w.product_name,
  w.brand,
  w.category,
  w.as_of,
  w.window_days,
  w.active_days,
  w.lines,
  w.units,
  w.net_sales,
  round(w.units::numeric / w.window_days, 4) as units_a_day,
  rank() over (partition by w.tenant_id, w.store_id order by w.units desc) as rank_in_store,
  sum(w.units) over (partition by w.tenant_id, w.region, w.product_key) as units_in_region,
  round(w.net_sales / nullif(sum(w.net_sales) over (partition by w.tenant_id, w.store_id), 0), 6) as share_of_store
from scout.gold_product_windows w
