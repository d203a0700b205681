-- relation: scout.basket_clusters
-- grain: one kind of basket
-- key: tenant_id, cluster
-- inputs: scout.silver_transactions, scout.silver_line_items, scout.pack_term, scout.tenant, scout.geo_pack
-- kind: computed
-- schedule: daily
-- parameters: $1 tenant
--
-- Reads what is known beforehand (the clusters of the fit before, whose names go on, and words), then a sample: the 4,000 baskets whose
-- keys have the smallest hashes among those of a year. The year ends with the last whole month, so that the kinds of baskets stay what they
-- are from day to day; before there is a month, with the newest day. sync-server/medallion/computed/basket-clusters.ts finds the clusters.

with days as (
  select min(date_key) as first_day, max(date_key) as last_day
  from scout.silver_transactions
  where tenant_id = $1
),
bounds as materialized (
  select u.until - 365 as since, u.until
  from days d
  cross join lateral (
    select case when d.first_day <= date_trunc('month', d.last_day)::date - 28
      then date_trunc('month', d.last_day)::date else d.last_day + 1 end as until
  ) u
),
sample as materialized (
  select f.*, md5(f.store_id || '/' || f.transaction_id) as key
  from scout.basket_features($1, null) f
  where f.kind = 'basket'
    and f.date_key >= (select since from bounds)
    and f.date_key < (select until from bounds)
  order by md5(f.store_id || '/' || f.transaction_id) collate "C", f.store_id collate "C", f.transaction_id collate "C"
  limit 4000
)
select
  $1::text as tenant_id,
  'known'::text as row_kind,
  ''::text as key,
  jsonb_build_object(
    'since', b.since,
    'until', b.until,
    'symbol', p.currency_symbol,
    'locale', p.locale,
    'labels', coalesce((
      select jsonb_object_agg(t.kind || ':' || t.code, t.label) from scout.pack_term t where t.pack_id = p.pack_id
    ), '{}'),
    'before', coalesce((
      select jsonb_agg(jsonb_build_object('id', c.cluster, 'name', c.name, 'centre', c.centre) order by c.position)
      from scout.basket_clusters c
      where c.tenant_id = $1 and c.position is not null
    ), '[]')
  ) as content
from bounds b
join scout.tenant t on t.tenant_id = $1
join scout.geo_pack p on p.pack_id = t.pack_id
where b.until is not null
union all
select
  $1, 'basket', s.key,
  jsonb_build_object(
    'key', s.key, 'categories', c.categories, 'amountStep', s.amount_step, 'unitsStep', s.units_step,
    'linesStep', s.lines_step, 'timeOfDay', s.time_of_day, 'payment', s.payment, 'requestMode', s.request_mode,
    'netAmount', s.net_amount, 'units', coalesce(s.units, 0))
from sample s
-- One look-up a basket: a join of the two was planned as a loop over all lines while nobody had counted them yet.
cross join lateral (
  select jsonb_object_agg(w.category, w.share order by w.category collate "C") as categories
  from (
    select
      coalesce(l.category, 'unknown') as category,
      round(1000 * sum(v.weight) / sum(sum(v.weight)) over ())::integer as share
    from scout.silver_line_items l
    cross join lateral (select trunc(least(greatest(coalesce(l.line_amount, 0), 0), 1000000) * 100) + 1 as weight) v
    where l.tenant_id = $1 and l.store_id = s.store_id and l.transaction_id = s.transaction_id
    group by coalesce(l.category, 'unknown')
  ) w
) c
order by key
