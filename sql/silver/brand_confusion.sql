-- relation: scout.brand_confusion
-- grain: one known brand and what the names of its products are matched to
-- key: tenant_id, known_brand, matched_brand
-- inputs: scout.silver_line_items, scout.brand_spelling
-- kind: view
--
-- How good the matching is where the truth is known: lines whose brand the catalogue or the source states, and that name their product as well.
-- UNKNOWN is a name that matched no brand.

select
  l.tenant_id,
  l.brand as known_brand,
  coalesce(k.brand, 'UNKNOWN') as matched_brand,
  sum(l.lines) as lines,
  -- An example each, the most frequent.
  (array_agg(l.product_name order by l.lines desc, l.product_name collate "C"))[1] as example
from (
  select tenant_id, brand, product_name, count(*) as lines
  from scout.silver_line_items
  where brand_from in ('catalogue', 'stated') and product_name is not null
  group by tenant_id, brand, product_name
) l
join scout.brand_spelling k on k.tenant_id = l.tenant_id and k.spelling = l.product_name
group by l.tenant_id, l.brand, coalesce(k.brand, 'UNKNOWN')
