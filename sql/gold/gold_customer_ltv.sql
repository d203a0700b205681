-- relation: scout.gold_customer_ltv
-- grain: one customer
-- key: tenant_id, customer_id
-- inputs: scout.silver_transactions
-- kind: windowed
-- schedule: daily
-- parameters: $1 tenant
--
-- What a customer has been worth up to the newest business day: what happened, no forecast. Averages: scout.gold_customer_value.

with sale as materialized (
  select customer_id, store_id, payment_method, date_key, net_amount, basket_size
  from scout.silver_transactions
  where tenant_id = $1 and customer_id is not null
),
at_store as (
  select customer_id, store_id, count(*) as sales,
    row_number() over (partition by customer_id order by count(*) desc, store_id collate "C") as place
  from sale
  group by customer_id, store_id
),
paid as (
  select customer_id, payment_method,
    row_number() over (partition by customer_id order by count(*) desc, payment_method collate "C") as place
  from sale
  where payment_method is not null
  group by customer_id, payment_method
),
store as (
  select customer_id, count(*) as stores, min(store_id) filter (where place = 1) as preferred_store_id
  from at_store
  group by customer_id
)
select
  $1::text as tenant_id,
  s.customer_id,
  (select max(date_key) from scout.silver_transactions where tenant_id = $1) as as_of,
  min(s.date_key) as first_purchase_date,
  max(s.date_key) as last_purchase_date,
  count(distinct s.date_key) as active_days,
  count(*) as sales,
  count(s.net_amount) as priced_sales,
  sum(s.net_amount) as total_lifetime_value,
  coalesce(sum(s.basket_size), 0) as units,
  min(st.stores) as stores,
  min(st.preferred_store_id) as preferred_store_id,
  min(p.payment_method) as preferred_payment
from sale s
join store st on st.customer_id = s.customer_id
left join paid p on p.customer_id = s.customer_id and p.place = 1
group by s.customer_id
