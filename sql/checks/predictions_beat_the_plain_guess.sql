-- check: whatever is predicted erred no more than the plain guess it was tested against, and lies in its own interval
-- severity: blocking

select model, entity_kind, entity_id, target, period_from, prediction, lower, upper, error, baseline_error
from scout.prediction_outputs
where tenant_id = $1
  and ($2::date[] is null or true)
  and (error > baseline_error or prediction not between coalesce(lower, prediction) and coalesce(upper, prediction))
