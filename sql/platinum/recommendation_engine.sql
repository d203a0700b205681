-- relation: scout.recommendation_engine
-- grain: one scope (a region, or all), product in the basket and product that goes with it
-- key: tenant_id, scope, antecedent, consequent
-- inputs: scout.silver_line_items, scout.dim_store
-- kind: windowed
-- schedule: daily
-- parameters: $1 tenant
--
-- Association rules of one product each way (Agrawal, Imieliński and Swami 1993) over the baskets of 180 days. A rule is found in the first
-- 135: together in 10 baskets or more, and oftener than by chance. It is kept when in the last 45 days, which it was not found in, buyers
-- of the one still took the other oftener than everyone did; the figures shown are of the whole window. At most 10 for a product.

with bounds as materialized (
  select max(date_key) as last_day from scout.silver_line_items where tenant_id = $1
),
basket as materialized (
  -- Its products as one array, from which pairs are unfolded: a join of lines with lines on the sale's key can be planned as a loop.
  select
    coalesce(min(s.region_psgc), '') as region,
    bool_or(l.date_key > b.last_day - 45) as late,
    array_agg(distinct l.product_id collate "C") as products
  from scout.silver_line_items l
  cross join bounds b
  left join scout.dim_store s on s.tenant_id = $1 and s.store_id = l.store_id
  where l.tenant_id = $1 and l.product_id is not null and coalesce(l.quantity, 1) > 0 and l.date_key > b.last_day - 180
  group by l.store_id, l.transaction_id
),
basket_count as (
  select region, late, count(*) as baskets from basket group by region, late
),
product_count as (
  select region, product_id, late, count(*) as baskets
  from basket
  cross join unnest(products) as product_id
  group by region, product_id, late
),
pair_count as (
  select region, antecedent, consequent, late, count(*) as baskets
  from basket
  cross join unnest(products) as antecedent
  cross join unnest(products) as consequent
  where antecedent <> consequent
  group by region, antecedent, consequent, late
),
-- What adds up over regions makes the scope of all.
n as materialized (
  select
    coalesce(region, 'all') as scope,
    sum(baskets) filter (where not late) as early,
    coalesce(sum(baskets) filter (where late), 0) as late
  from basket_count
  group by grouping sets ((region), ())
),
n_product as materialized (
  select
    coalesce(region, 'all') as scope, product_id,
    sum(baskets) filter (where not late) as early,
    coalesce(sum(baskets) filter (where late), 0) as late
  from product_count
  group by grouping sets ((region, product_id), (product_id))
),
n_pair as materialized (
  select
    coalesce(region, 'all') as scope, antecedent, consequent,
    sum(baskets) filter (where not late) as early,
    coalesce(sum(baskets) filter (where late), 0) as late
  from pair_count
  group by grouping sets ((region, antecedent, consequent), (antecedent, consequent))
  having sum(baskets) filter (where not late) >= 10
),
rule as (
  select
    p.scope, p.antecedent, p.consequent,
    n.early + n.late as n,
    a.early + a.late as n_antecedent,
    c.early + c.late as n_consequent,
    p.early + p.late as n_both,
    p.early / a.early as early_confidence,
    a.late as held_out_antecedent,
    p.late / nullif(a.late, 0) as held_out_confidence,
    c.late / nullif(n.late, 0) as held_out_base
  from n_pair p
  join n on n.scope = p.scope
  join n_product a on a.scope = p.scope and a.product_id = p.antecedent
  join n_product c on c.scope = p.scope and c.product_id = p.consequent
  where p.scope <> ''
    and p.early * n.early > a.early * c.early
),
kept as (
  select
    r.*,
    r.n_both::numeric / r.n_antecedent as confidence,
    r.n_consequent::numeric / r.n as base,
    row_number() over (
      partition by r.scope, r.antecedent
      order by r.n_both::numeric / r.n_antecedent desc, r.n_both desc, r.consequent collate "C"
    ) as rank
  from rule r
  where r.held_out_confidence > r.held_out_base
)
select
  $1::text as tenant_id,
  scope, antecedent, consequent, rank, n, n_antecedent, n_consequent, n_both,
  round(n_both::numeric / n, 6) as support,
  round(confidence, 6) as confidence,
  round(confidence / base, 6) as lift,
  round(n_both::numeric / n - base * n_antecedent / n, 6) as leverage,
  -- Without end where the rule never fails.
  round((1 - base) / nullif(1 - confidence, 0), 6) as conviction,
  'association rules, held-out test' as method,
  b.last_day - 179 as window_from,
  b.last_day as window_to,
  b.last_day - 44 as held_out_from,
  held_out_antecedent,
  round(held_out_confidence, 6) as held_out_confidence,
  round(held_out_base, 6) as held_out_base,
  round(abs(early_confidence - held_out_confidence), 6) as confidence_error
from kept
cross join bounds b
where rank <= 10 and round(held_out_confidence, 6) > round(held_out_base, 6)
