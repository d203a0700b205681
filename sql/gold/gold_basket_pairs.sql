-- relation: scout.gold_basket_pairs
-- grain: one unordered pair of products, or of categories, seen in 10 baskets or more
-- key: tenant_id, kind, item_a, item_b
-- inputs: scout.gold_basket_pair_months
-- kind: view
--
-- Market baskets over all months. n counts baskets in which anything of the kind is known. Support n_ab ÷ n; confidence n_ab ÷ n_a that who
-- buys a buys b; lift n · n_ab ÷ (n_a · n_b): how many times more often than if they had nothing to do with each other.

with pair as materialized (
  select tenant_id, kind, item_a, item_b, sum(baskets)::numeric as baskets
  from scout.gold_basket_pair_months
  group by tenant_id, kind, item_a, item_b
),
item as (
  select tenant_id, kind, item_a as item, baskets from pair where item_a = item_b and item_a <> ''
)
select
  p.tenant_id,
  p.kind,
  p.item_a,
  p.item_b,
  p.baskets::bigint as n_ab,
  a.baskets::bigint as n_a,
  b.baskets::bigint as n_b,
  n.baskets::bigint as n,
  round(p.baskets / n.baskets, 8) as support,
  round(p.baskets / a.baskets, 6) as confidence_ab,
  round(p.baskets / b.baskets, 6) as confidence_ba,
  round(n.baskets * p.baskets / (a.baskets * b.baskets), 6) as lift
from pair p
join item a on a.tenant_id = p.tenant_id and a.kind = p.kind and a.item = p.item_a
join item b on b.tenant_id = p.tenant_id and b.kind = p.kind and b.item = p.item_b
join pair n on n.tenant_id = p.tenant_id and n.kind = p.kind and n.item_a = '' and n.item_b = ''
where p.item_a <> p.item_b and p.baskets >= 10
