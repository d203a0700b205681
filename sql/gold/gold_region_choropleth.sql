-- relation: scout.gold_region_choropleth
-- grain: one region and business day with a sale
-- key: tenant_id, region_key, day
-- inputs: scout.gold_place_days, scout.geo_place, scout.geo_boundary
-- kind: view
--
-- The reference schema's choropleth: the measures of a place and day joined to the one copy of its boundary. The average divides by priced
-- sales; sales per head by the census that the pack names.

select
  d.tenant_id,
  d.place as region_key,
  p.name as region_name,
  d.date_key as day,
  b.geom,
  d.transaction_count as txn_count,
  d.priced_count,
  d.active_stores,
  d.new_customers,
  d.net_sales as peso_total,
  round(d.net_sales / nullif(d.priced_count, 0), 2) as avg_transaction_value,
  d.morning_sales,
  d.afternoon_sales,
  d.evening_sales,
  d.night_sales,
  p.area_sqkm,
  p.population,
  round(d.net_sales / nullif(p.population, 0), 6) as revenue_per_capita
from scout.gold_place_days d
join scout.geo_place p on p.code = d.place
left join scout.geo_boundary b on b.code = d.place and b.detail = 'low'
where d.level = 1
