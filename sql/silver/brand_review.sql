-- relation: scout.brand_review
-- grain: one spelling that no brand is known for, and that nobody decided about
-- key: tenant_id, spelling
-- inputs: scout.silver_line_items, scout.brand_spelling, scout.brand_decision
-- kind: view
--
-- What waits for a person, with the brands that come closest. A line stands under what its source called the brand, else under the product's name.

select
  l.tenant_id,
  l.spelling,
  k.key,
  k.how,
  k.score,
  k.candidates,
  l.lines,
  l.stores,
  l.last_day
from (
  select
    tenant_id,
    coalesce(brand_raw, product_name, local_name) as spelling,
    count(*) as lines,
    count(distinct store_id) as stores,
    max(date_key) as last_day
  from scout.silver_line_items
  where brand = 'UNKNOWN'
  group by tenant_id, coalesce(brand_raw, product_name, local_name)
) l
join scout.brand_spelling k on k.tenant_id = l.tenant_id and k.spelling = l.spelling
where not exists (
  select 1 from scout.brand_decision d where d.tenant_id = k.tenant_id and d.key = k.key
)
