-- relation: scout.gold_store_windows
-- grain: one store with a sale in the 60 days up to the newest business day
-- key: tenant_id, store_id
-- inputs: scout.silver_store_metrics
-- kind: windowed
-- schedule: hourly
-- parameters: $1 tenant
--
-- Redone whole from sixty days of store days: their number does not grow with history.

with newest as (
  select max(date_key) as as_of from scout.silver_store_metrics where tenant_id = $1
),
day as (
  select m.*, n.as_of, n.as_of - m.date_key as age
  from newest n
  join scout.silver_store_metrics m on m.tenant_id = $1 and m.date_key between n.as_of - 59 and n.as_of
)
select
  $1::text as tenant_id,
  store_id,
  as_of,
  min(region) as region,
  min(province) as province,
  min(city) as city,
  count(*) filter (where age < 30) as active_days_30,
  coalesce(sum(transactions) filter (where age < 30), 0) as transactions_30,
  coalesce(sum(priced) filter (where age < 30), 0) as priced_30,
  sum(net_sales) filter (where age < 30) as net_sales_30,
  coalesce(sum(units) filter (where age < 30), 0) as units_30,
  coalesce(sum(transactions) filter (where age >= 30), 0) as transactions_30_before,
  sum(net_sales) filter (where age >= 30) as net_sales_30_before,
  coalesce(sum(transactions) filter (where age < 28), 0) as transactions_28,
  sum(net_sales) filter (where age < 28) as net_sales_28,
  coalesce(sum(unique_products) filter (where age < 28), 0) as product_days_28,
  coalesce(sum(transactions) filter (where age < 7), 0) as transactions_7,
  sum(net_sales) filter (where age < 7) as net_sales_7,
  coalesce(sum(unique_products) filter (where age < 7), 0) as product_days_7,
  sum(net_sales) filter (where age between 7 and 13) as net_sales_7_before,
  coalesce(sum(suggestions_accepted) filter (where age < 7), 0) as suggestions_accepted_7,
  coalesce(sum(suggestions_known) filter (where age < 7), 0) as suggestions_known_7,
  coalesce(sum(handshakes) filter (where age < 7), 0) as handshakes_7,
  coalesce(sum(handshakes_known) filter (where age < 7), 0) as handshakes_known_7,
  max(last_sale_at) as last_sale_at
from day
group by store_id, as_of
