-- relation: scout.gold_basket_pair_months
-- grain: one month and unordered pair of things that lay in one basket, or a thing with itself
-- key: tenant_id, month, kind, item_a, item_b
-- inputs: scout.silver_line_items
-- kind: incremental
-- slice: month
-- redo: select distinct date_trunc('month', d::timestamp)::date from unnest($2::date[]) as d
-- parameters: $1 tenant, $2 months to redo (null is all of them)
--
-- The co-occurrence matrix of products and of categories, month by month, so that it adds up over months: baskets with both; on the
-- diagonal, where item_a is item_b, baskets with the thing; where both are empty, baskets with anything of the kind. A basket of more than 50 different things is a delivery, no basket, and is left out
-- whole (its pairs would be thousands).

with basket as materialized (
  select
    date_trunc('month', l.date_key::timestamp)::date as month,
    k.kind,
    array_agg(distinct k.item) as items
  from scout.silver_line_items l
  cross join lateral (values ('product', l.product_key), ('category', l.category)) as k (kind, item)
  where l.tenant_id = $1
    and ($2::date[] is null or l.date_key = any (array(
      select s::date + n
      from unnest($2::date[]) as s
      cross join generate_series(0, (s + interval '1 month')::date - s::date - 1) as n
    )))
    and k.item is not null
  group by l.store_id, l.transaction_id, date_trunc('month', l.date_key::timestamp)::date, k.kind
  having count(distinct k.item) <= 50
)
select $1::text as tenant_id, b.month, b.kind, a.item as item_a, o.item as item_b, count(*) as baskets
from basket b
cross join lateral unnest(b.items) as a (item)
cross join lateral unnest(b.items) as o (item)
where a.item collate "C" <= o.item collate "C"
group by b.month, b.kind, a.item, o.item
union all
select $1::text, b.month, b.kind, '', '', count(*)
from basket b
group by b.month, b.kind
