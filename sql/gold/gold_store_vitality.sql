-- relation: scout.gold_store_vitality
-- grain: one store with a sale in the 28 days up to the newest business day
-- key: tenant_id, store_id
-- inputs: scout.gold_store_windows
-- kind: view
--
-- Vitality = 0.3 · revenue + 0.2 · transactions + 0.2 · distinct products + 0.2 · acceptance + 0.1 · handshake. The first three are a day of the
-- last 7 against a day of the last 28 (1 is as ever); the last two are shares of the sales that say so. Where a part is unknown the others
-- stand for it, and vitality_basis says how much of the weight they have. Momentum: HIGH when net sales grew more than 10 % week over
-- week and the store is among the first five of its region in the week; DECLINING when they fell by more than 10 %; else STEADY; null without a week before.

with part as (
  select
    w.tenant_id, w.store_id, w.as_of, w.region, w.province, w.city, w.net_sales_7, w.net_sales_7_before,
    4 * w.net_sales_7 / nullif(w.net_sales_28, 0) as revenue,
    4.0 * w.transactions_7 / nullif(w.transactions_28, 0) as transactions,
    4.0 * w.product_days_7 / nullif(w.product_days_28, 0) as products,
    w.suggestions_accepted_7::numeric / nullif(w.suggestions_known_7, 0) as acceptance,
    w.handshakes_7::numeric / nullif(w.handshakes_known_7, 0) as handshake,
    w.net_sales_7 / nullif(w.net_sales_7_before, 0) - 1 as growth,
    rank() over (partition by w.tenant_id, w.region order by w.net_sales_7 desc nulls last) as rank_in_region
  from scout.gold_store_windows w
  where w.transactions_28 > 0
),
weighed as (
  select
    p.*,
    coalesce(0.3 * p.revenue, 0) + coalesce(0.2 * p.transactions, 0) + coalesce(0.2 * p.products, 0)
      + coalesce(0.2 * p.acceptance, 0) + coalesce(0.1 * p.handshake, 0) as sum,
    0.3 * (p.revenue is not null)::integer + 0.2 * (p.transactions is not null)::integer
      + 0.2 * (p.products is not null)::integer + 0.2 * (p.acceptance is not null)::integer
      + 0.1 * (p.handshake is not null)::integer as basis
  from part p
)
select
  tenant_id,
  store_id,
  as_of,
  region,
  province,
  city,
  round(sum / nullif(basis, 0), 4) as vitality,
  round(basis, 1) as vitality_basis,
  round(revenue, 4) as revenue,
  round(transactions, 4) as transactions,
  round(products, 4) as products,
  round(acceptance, 4) as acceptance,
  round(handshake, 4) as handshake,
  net_sales_7 as net_sales_week,
  net_sales_7_before as net_sales_week_before,
  round(growth, 6) as week_over_week,
  rank_in_region,
  case
    when growth is null then null
    when growth > 0.10 and rank_in_region <= 5 then 'HIGH'
    when growth < -0.10 then 'DECLINING'
    else 'STEADY'
  end as momentum
from weighed
