-- relation: scout.churn_calibration
-- grain: one tenth of the chances that a customer of the hold-out was given
-- key: tenant_id, bin
-- inputs: scout.customer_features
-- kind: computed
-- schedule: daily
-- parameters: $1 tenant
--
-- Reads the customers in the order of their hash: the first ones are a sample. sync-server/medallion/computed/churn-calibration.ts compares prediction and outcome.

select
  $1::text as tenant_id,
  md5(customer_id) as key,
  customer_id,
  as_of,
  window_from,
  active_days - 1 as repeats,
  last_day - first_day as spread,
  recency_days as recency,
  before_active_days - 1 as before_repeats,
  before_last_day - before_first_day as before_spread,
  as_of - 60 - before_last_day as before_recency,
  bought_after
from scout.customer_features
where tenant_id = $1
order by md5(customer_id) collate "C"
