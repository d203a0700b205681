-- relation: scout.gold_request_behaviour
-- grain: one request type and mode, region and business day with a sale
-- key: tenant_id, date_key, region, request_type, request_mode
-- inputs: scout.silver_transactions
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- How people ask, and what comes of a suggestion. Type and mode are null where the source cannot know: a till never does.

select
  $1::text as tenant_id,
  date_key,
  region,
  request_type,
  request_mode,
  count(*) as sales,
  count(net_amount) as priced_sales,
  sum(net_amount) as net_sales,
  count(*) filter (where suggestion_offered) as suggestions_offered,
  count(*) filter (where suggestion_accepted) as suggestions_accepted,
  count(suggestion_accepted) as suggestions_known,
  count(*) filter (where substituted) as substitutions,
  sum(duration_seconds) as duration_seconds,
  count(duration_seconds) as durations_known
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by date_key, region, request_type, request_mode
