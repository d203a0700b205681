-- check: of a day's lines that say anything of a brand or product, at least half are of a known brand
-- severity: warning
-- parameters: $1 tenant, $2 business days (null is all of them)
--
-- Real devices know the brand of some 57 % of lines. A day of fewer than 100 lines says nothing.
select date_key as day, sum(named_lines) as lines, sum(branded_lines) as of_a_known_brand
from scout.silver_store_metrics
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
group by date_key
having sum(named_lines) >= 100 and sum(branded_lines) * 2 < sum(named_lines)
