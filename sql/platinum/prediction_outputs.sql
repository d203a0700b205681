-- relation: scout.prediction_outputs
-- grain: one entity, target and period that is predicted
-- key: tenant_id, model, entity_kind, entity_id, target, period_from
-- inputs: scout.demand_forecast, scout.churn_score
-- kind: view
--
-- Only what proved better than the plain guess it was tested against: `error` and `baseline_error` are that test's, in `error_measure`.

select
  tenant_id,
  'demand'::text as model,
  'store'::text as entity_kind,
  store_id as entity_id,
  target,
  week as period_from,
  week + 6 as period_to,
  prediction,
  lower,
  upper,
  interval_chance,
  method,
  window_from,
  window_to,
  n,
  'mean absolute error, naive'::text as error_measure,
  mae as error,
  naive_mae as baseline_error,
  smape,
  mase
from scout.demand_forecast
where withheld is null
union all
select
  tenant_id, 'churn', 'customer', customer_id, 'no_purchase', as_of + 1, as_of + days, chance, null, null, null,
  method, window_from, window_to, n, 'Brier score, overall rate', brier, base_brier, null, null
from scout.churn_score
