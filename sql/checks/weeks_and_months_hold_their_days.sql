-- check: a week and a month of a store are its days added up
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
with days as (
  select w.unit, w.slice, d.store_id, sum(d.transaction_count) as sales, coalesce(sum(d.net_sales), 0) as net
  from scout.gold_daily_metrics d
  cross join lateral (values
    ('week', date_trunc('week', d.date_key::timestamp)::date),
    ('month', date_trunc('month', d.date_key::timestamp)::date)
  ) as w (unit, slice)
  where d.tenant_id = $1
    -- The months of the days, and the weeks that reach out of them.
    and ($2::date[] is null or d.date_key = any (array(
      select distinct date_trunc('month', s::timestamp)::date + n
      from unnest($2::date[]) as s
      cross join generate_series(-7, 38) as n
    )))
  group by w.unit, w.slice, d.store_id
),
kept as (
  select 'week' as unit, week as slice, store_id, transaction_count as sales, coalesce(net_sales, 0) as net
  from scout.gold_weekly_metrics
  where tenant_id = $1
    and ($2::date[] is null or week = any (array(select date_trunc('week', s::timestamp)::date from unnest($2::date[]) as s)))
  union all
  select 'month', month, store_id, transaction_count, coalesce(net_sales, 0)
  from scout.gold_monthly_metrics
  where tenant_id = $1
    and ($2::date[] is null or month = any (array(select date_trunc('month', s::timestamp)::date from unnest($2::date[]) as s)))
)
select coalesce(d.unit, k.unit) as unit, coalesce(d.slice, k.slice) as slice, coalesce(d.store_id, k.store_id) as store_id,
  d.sales as in_days, k.sales as kept, d.net as net_in_days, k.net as net_kept
from (
  select *
  from days
  where $2::date[] is null
    or unit = 'week' and slice = any (array(select date_trunc('week', s::timestamp)::date from unnest($2::date[]) as s))
    or unit = 'month' and slice = any (array(select date_trunc('month', s::timestamp)::date from unnest($2::date[]) as s))
) d
full join kept k on k.unit = d.unit and k.slice = d.slice and k.store_id = d.store_id
where d.sales is distinct from k.sales or d.net is distinct from k.net
