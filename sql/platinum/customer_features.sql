-- relation: scout.customer_features
-- grain: one customer (by pseudonym) with a sale in the window
-- key: tenant_id, customer_id
-- inputs: scout.silver_transactions
-- kind: windowed
-- schedule: daily
-- parameters: $1 tenant
--
-- Over the 365 days that end on the newest business day. before_… and bought_after stand as of 60 days earlier.

with bounds as (
  select max(date_key) as as_of from scout.silver_transactions where tenant_id = $1
),
source as materialized (
  select s.*, b.as_of, b.as_of - 60 as held_out
  from scout.silver_transactions s
  cross join bounds b
  where s.tenant_id = $1 and s.customer_id is not null and s.date_key > b.as_of - 365
)
select
  $1::text as tenant_id,
  customer_id,
  as_of,
  as_of - 364 as window_from,
  min(date_key) as first_day,
  max(date_key) as last_day,
  count(distinct date_key) as active_days,
  as_of - max(date_key) as recency_days,
  round((max(date_key) - min(date_key))::numeric / nullif(count(distinct date_key) - 1, 0), 4) as mean_gap_days,
  count(*) as sales,
  count(net_amount) as priced_sales,
  sum(net_amount) as net_sales,
  coalesce(sum(basket_size), 0) as units,
  count(distinct store_id) as stores,
  mode() within group (order by store_id collate "C") as main_store,
  mode() within group (order by time_of_day collate "C") as main_time_of_day,
  mode() within group (order by product_category collate "C") as main_category,
  count(*) filter (where date_key > as_of - 90) as sales_90,
  sum(net_amount) filter (where date_key > as_of - 90) as net_sales_90,
  nullif(count(distinct date_key) filter (where date_key <= held_out), 0) as before_active_days,
  min(date_key) filter (where date_key <= held_out) as before_first_day,
  max(date_key) filter (where date_key <= held_out) as before_last_day,
  case when min(date_key) <= held_out then max(date_key) > held_out end as bought_after
from source
group by customer_id, as_of, held_out
