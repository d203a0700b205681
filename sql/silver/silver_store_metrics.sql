-- relation: scout.silver_store_metrics
-- grain: one store and business day with a sale
-- key: tenant_id, date_key, store_id
-- inputs: scout.silver_transactions, scout.silver_line_items
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- How a store does today, and how far what it says can be trusted: measures with the number of sales or lines that each rests on.

with sales as (
  select
    date_key, store_id,
    min(region) as region,
    min(province) as province,
    min(city) as city,
    count(*) as transactions,
    count(net_amount) as priced,
    count(unique_products) as itemised,
    sum(net_amount) as net_sales,
    coalesce(sum(basket_size), 0) as units,
    min(ts) as first_sale_at,
    max(ts) as last_sale_at,
    count(distinct device_id) as devices,
    count(distinct customer_id) as unique_customers,
    count(*) filter (where handshake_triggered) as handshakes,
    count(handshake_triggered) as handshakes_known,
    count(*) filter (where suggestion_offered) as suggestions_offered,
    count(*) filter (where suggestion_accepted) as suggestions_accepted,
    count(suggestion_accepted) as suggestions_known,
    count(*) filter (where substituted) as substitutions,
    sum(duration_seconds) as duration_seconds,
    count(duration_seconds) as durations_known,
    sum(quality_score) as quality_sum,
    count(*) filter (where quality_failed <> '{}') as flagged
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key, store_id
),
lines as (
  select
    date_key, store_id,
    count(distinct product_key) as unique_products,
    count(*) as lines,
    count(line_amount) as priced_lines,
    count(category) as categorised_lines,
    count(*) filter (where brand <> 'UNKNOWN') as branded_lines,
    count(brand) as named_lines
  from scout.silver_line_items
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key, store_id
)
select
  $1::text as tenant_id,
  s.date_key,
  s.store_id,
  s.region,
  s.province,
  s.city,
  s.transactions,
  s.priced,
  s.itemised,
  s.net_sales,
  s.units,
  s.first_sale_at,
  s.last_sale_at,
  s.devices,
  s.unique_customers,
  coalesce(l.unique_products, 0) as unique_products,
  coalesce(l.lines, 0) as lines,
  coalesce(l.priced_lines, 0) as priced_lines,
  coalesce(l.categorised_lines, 0) as categorised_lines,
  coalesce(l.branded_lines, 0) as branded_lines,
  coalesce(l.named_lines, 0) as named_lines,
  s.handshakes,
  s.handshakes_known,
  s.suggestions_offered,
  s.suggestions_accepted,
  s.suggestions_known,
  s.substitutions,
  s.duration_seconds,
  s.durations_known,
  s.quality_sum,
  s.flagged
from sales s
left join lines l on l.date_key = s.date_key and l.store_id = s.store_id
