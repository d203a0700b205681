-- relation: scout.mv_store_performance_30d
-- grain: one store with a sale in the 60 days up to the newest business day
-- key: tenant_id, store_id
-- inputs: scout.gold_store_windows, scout.dim_store
-- kind: view
--
-- Each store's last 30 days against the 30 before, under the reference schema's name. A view of a kept table: no policy holds on a
-- materialised view, and a rank over a few thousand stores is a few milliseconds.

select
  w.tenant_id,
  w.store_id,
  s.store_name,
  w.region,
  w.province,
  w.city,
  w.as_of,
  w.active_days_30 as active_days,
  w.transactions_30 as transaction_count,
  w.priced_30 as priced_count,
  w.net_sales_30 as net_sales,
  w.units_30 as units_sold,
  round(w.net_sales_30 / nullif(w.priced_30, 0), 2) as avg_transaction_value,
  round(w.transactions_30 / 30.0, 4) as transactions_a_day,
  w.net_sales_30_before as net_sales_before,
  round(w.net_sales_30 / nullif(w.net_sales_30_before, 0) - 1, 6) as net_sales_growth,
  rank() over (partition by w.tenant_id, w.region order by w.net_sales_30 desc nulls last) as rank_in_region,
  w.last_sale_at
from scout.gold_store_windows w
left join scout.dim_store s on s.tenant_id = w.tenant_id and s.store_id = w.store_id
