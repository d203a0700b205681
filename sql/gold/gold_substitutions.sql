-- relation: scout.gold_substitutions
-- grain: one flow from what was asked for to what was sold instead, reason, region and business day
-- key: tenant_id, date_key, region, substitution_from, substitution_to, from_brand, to_brand, reason
-- inputs: scout.silver_transactions
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- A substitution that does not say what was asked for, or what was sold, flows from or to null.

select
  $1::text as tenant_id,
  date_key,
  region,
  substitution_from,
  substitution_to,
  substitution_from_brand as from_brand,
  substitution_to_brand as to_brand,
  substitution_reason as reason,
  count(*) as substitutions
from scout.silver_transactions
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[])) and substituted
group by
  date_key, region, substitution_from, substitution_to, substitution_from_brand, substitution_to_brand, substitution_reason
