-- relation: scout.gold_sale_lines
-- grain: one line of a sale, or a sale without lines
-- key: tenant_id, store_id, transaction_id, line_no
-- inputs: scout.silver_transactions, scout.silver_line_items
-- kind: view
--
-- The cross-filter's fact: every dimension that the analyst filters by, the sale's on each of its lines. A sale whose source knows no items has
-- one row with line_no 0, so that it is counted. sale_net_amount and the like are the sale's: taken once a sale, which its lines' standing
-- side by side makes easy. A view, as it holds nothing that silver does not: a copy would cost a third of all the storage.

select
  t.tenant_id,
  t.region,
  t.province,
  t.city,
  t.date_key,
  t.store_id,
  t.transaction_id,
  coalesce(l.line_no, 0) as line_no,
  t.ts,
  t.hour,
  t.time_of_day,
  t.channel,
  t.payment_method,
  t.customer_id,
  t.customer_type,
  t.gender,
  t.age_bracket,
  t.request_type,
  t.request_mode,
  t.suggestion_offered,
  t.suggestion_accepted,
  t.substituted,
  t.campaign_id,
  t.campaign_influenced,
  t.duration_seconds,
  t.handshake_score,
  t.net_amount as sale_net_amount,
  t.basket_size as sale_units,
  l.product_key,
  l.product_name,
  l.brand,
  -- A sale without lines may still say what it was of.
  case when l.line_no is null then t.product_category else l.category end as category,
  l.units,
  l.line_amount
from scout.silver_transactions t
left join scout.silver_line_items l
  on l.tenant_id = t.tenant_id and l.store_id = t.store_id and l.transaction_id = t.transaction_id
