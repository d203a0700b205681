-- relation: scout.silver_customer_segments
-- grain: one customer with a sale in the 365 days up to the newest business day
-- key: tenant_id, customer_id
-- inputs: scout.silver_transactions
-- kind: windowed
-- schedule: daily
-- parameters: $1 tenant
--
-- Recency, frequency, money. A quintile is 1 + ⌊5 · customers worse ÷ customers⌋, so that ties share the lower one and all equals are 1: nobody
-- is a champion for being like everybody else. Money unknown is worse than any. Of the segments the first that fits holds.

with newest as (
  select max(date_key) as as_of from scout.silver_transactions where tenant_id = $1
),
customer as (
  select
    t.customer_id,
    n.as_of,
    max(t.date_key) as last_purchase_date,
    count(*) as frequency,
    count(t.net_amount) as priced,
    sum(t.net_amount) as monetary
  from newest n
  join scout.silver_transactions t
    on t.tenant_id = $1 and t.date_key between n.as_of - 364 and n.as_of and t.customer_id is not null
  group by t.customer_id, n.as_of
),
ranked as (
  select
    c.*,
    count(*) over () as customers,
    rank() over (order by c.last_purchase_date) - 1 as less_recent,
    rank() over (order by c.frequency) - 1 as less_frequent,
    rank() over (order by c.monetary nulls first) - 1 as less_money
  from customer c
),
scored as (
  select
    k.*,
    (1 + 5 * k.less_recent / k.customers)::smallint as r,
    (1 + 5 * k.less_frequent / k.customers)::smallint as f,
    (1 + 5 * k.less_money / k.customers)::smallint as m
  from ranked k
)
select
  $1::text as tenant_id,
  customer_id,
  as_of,
  365 as window_days,
  last_purchase_date,
  as_of - last_purchase_date as recency_days,
  frequency,
  priced,
  monetary,
  r as recency_score,
  f as frequency_score,
  m as monetary_score,
  case
    when r >= 4 and f >= 4 and m >= 4 then 'Champions'
    when r >= 3 and f >= 3 and m >= 3 then 'Loyal'
    when r >= 4 and f <= 2 then 'New'
    when r >= 3 and f <= 2 and m >= 3 then 'Potential Loyalists'
    when r >= 3 and f >= 3 and m <= 2 then 'Need Attention'
    when r <= 2 and f >= 3 and m >= 3 then 'At Risk'
    when r <= 2 and f <= 2 and m >= 4 then 'Cannot Lose'
    when r <= 2 and f <= 2 and m <= 2 then 'Lost'
    else 'Others'
  end as segment
from scored
