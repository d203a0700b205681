-- relation: scout.gold_place_days
-- grain: one region, province, or city or municipality and business day with a sale
-- key: tenant_id, level, date_key, place
-- inputs: scout.gold_daily_metrics
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- The stores' days by place at each level of the map. A store whose place is unknown at a level is in none of that level.

select
  $1::text as tenant_id,
  p.level::smallint as level,
  p.place,
  m.date_key,
  sum(m.transaction_count) as transaction_count,
  sum(m.priced_count) as priced_count,
  count(*) as active_stores,
  sum(m.new_customers) as new_customers,
  sum(m.net_sales) as net_sales,
  sum(m.morning_sales) as morning_sales,
  sum(m.afternoon_sales) as afternoon_sales,
  sum(m.evening_sales) as evening_sales,
  sum(m.night_sales) as night_sales
from scout.gold_daily_metrics m
cross join lateral (values (1, m.region), (2, m.province), (3, m.city)) as p (level, place)
where m.tenant_id = $1
  and ($2::date[] is null or m.date_key = any ($2::date[]))
  and p.place is not null
group by p.level, p.place, m.date_key
