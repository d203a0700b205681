-- publishes: reference.geography
-- grain: code
-- inputs: scout.geo_place
-- parameters: $1 pack
--
-- Every place down to the narrowest level that the map draws, by level and code: the order that boundary feature ids count in.

select
  p.code,
  p.level_id as level,
  p.name,
  array_to_string(p.aliases || p.old_names || p.alias_codes, '|') as aliases,
  p.parent_code as parent,
  p.region_code as region,
  p.province_code as province,
  p.population,
  p.area_sqkm::double precision as area_sqkm,
  p.income_class,
  case when p.is_city then 1 else 0 end as is_city,
  p.lon,
  p.lat
from scout.geo_place p
where p.pack_id = $1
  and p.level <= 3
order by p.level, p.code collate "C"
