-- reads: a tenant's geography pack, as manifests name it
-- grain: one row
-- inputs: scout.tenant, scout.geo_pack, scout.geo_level
-- parameters: $1 tenant

select
  t.is_sample,
  p.content_sha256,
  p.pack_id as pack,
  p.title,
  p.vintage,
  json_build_object('code', p.currency_code, 'symbol', p.currency_symbol) as currency,
  p.time_zone as "timeZone",
  p.locale,
  p.population_year as "populationYear",
  p.attribution,
  p.bounds,
  (
    select json_object_agg(l.level_id, json_build_object('one', l.one, 'many', l.many))
    from scout.geo_level l
    where l.pack_id = p.pack_id and l.level <= 3
  ) as levels
from scout.tenant t
join scout.geo_pack p on p.pack_id = t.pack_id
where t.tenant_id = $1
