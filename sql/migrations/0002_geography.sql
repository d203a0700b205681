-- Geography is data: packs fill these tables, and nothing here knows a country. A server serves the packs it has loaded; place
-- codes are unique over all of them (the loader refuses a pack that would break this).

create table scout.geo_pack (
  pack_id text primary key,
  title text not null,
  vintage text not null,
  locale text not null,
  currency_code text not null,
  currency_symbol text not null,
  time_zone text not null,
  population_year integer not null,
  attribution text not null,
  -- West, south, east, north of the view that a map opens on, degrees WGS84.
  bounds double precision[] not null check (cardinality(bounds) = 4),
  -- SHA-256 over the pack's files: the same pack is not loaded twice.
  content_sha256 text not null
);

create table scout.geo_level (
  pack_id text not null references scout.geo_pack (pack_id) on delete cascade,
  -- 1 is the widest.
  level smallint not null check (level >= 1),
  level_id text not null,
  one text not null,
  many text not null,
  primary key (pack_id, level),
  unique (pack_id, level_id)
);

create table scout.geo_place (
  code text primary key,
  pack_id text not null references scout.geo_pack (pack_id) on delete cascade,
  level smallint not null,
  level_id text not null,
  -- Position among the places of its level, ordered by code: the feature id in the published boundaries.
  ordinal integer not null,
  name text not null,
  aliases text[] not null default '{}',
  old_names text[] not null default '{}',
  alias_codes text[] not null default '{}',
  parent_code text references scout.geo_place (code) on delete cascade,
  region_code text not null references scout.geo_place (code) on delete cascade,
  -- The place of level 2 it lies in, geographically; itself for level 2, null for level 1.
  province_code text references scout.geo_place (code) on delete cascade,
  -- The province it belongs to by law; null where it belongs to none (a highly urbanised city).
  legal_province_code text,
  is_city boolean not null,
  city_class text,
  is_capital boolean not null,
  income_class text,
  population integer,
  population_year integer,
  area_sqkm numeric,
  island_group text,
  lon double precision not null,
  lat double precision not null,
  unique (pack_id, level, ordinal)
);
create index geo_place_parent on scout.geo_place (parent_code);
create index geo_place_region on scout.geo_place (region_code, level);

create table scout.geo_boundary (
  code text not null references scout.geo_place (code) on delete cascade,
  detail text not null check (detail in ('low', 'medium')),
  level smallint not null,
  geom public.geometry(multipolygon, 4326) not null,
  primary key (code, detail)
);
create index geo_boundary_geom on scout.geo_boundary using gist (geom);

-- Regions a place (and all that lies in it) belonged to before: they help to find it, today's region reports it.
create table scout.geo_former_region (
  place_code text not null references scout.geo_place (code) on delete cascade,
  region_code text not null references scout.geo_place (code) on delete cascade,
  until_year integer,
  primary key (place_code, region_code)
);

-- Spelling rules of a pack: applied in order to folded text, before it is looked up.
create table scout.geo_rewrite (
  pack_id text not null references scout.geo_pack (pack_id) on delete cascade,
  level smallint not null,
  position smallint not null,
  pattern text not null,
  replacement text not null,
  primary key (pack_id, level, position)
);

-- Every key a place is found by. `rank` orders the ways: 1 name, 2 alias, 3 old name, 4 code, 5 former code.
create table scout.geo_spelling (
  level smallint not null,
  key text collate "C" not null,
  code text not null references scout.geo_place (code) on delete cascade,
  how text not null,
  rank smallint not null,
  primary key (level, key, code)
);

-- Vocabularies are rows, not enums: category, payment_method, customer_type, channel.
create table scout.pack_term (
  pack_id text not null references scout.geo_pack (pack_id) on delete cascade,
  kind text not null,
  code text not null,
  label text not null,
  position smallint not null,
  primary key (pack_id, kind, code)
);

-- Foreign spellings of the terms. `key` is folded text (scout.fold).
create table scout.pack_spelling (
  pack_id text not null,
  kind text not null,
  key text not null,
  code text not null,
  primary key (pack_id, kind, key),
  foreign key (pack_id, kind, code) references scout.pack_term (pack_id, kind, code) on delete cascade
);

-- Half-open hours of the business day: every hour lies in exactly one band.
create table scout.pack_time_of_day (
  pack_id text not null references scout.geo_pack (pack_id) on delete cascade,
  hour smallint not null check (hour between 0 and 23),
  time_of_day text not null,
  primary key (pack_id, hour)
);

-- The calendar. Holidays are unknown (null) until a pack brings them: an unknown day is not a working day.
create table scout.dim_date (
  date_key date primary key,
  year integer not null,
  quarter integer not null,
  month integer not null,
  week integer not null,
  day_of_month integer not null,
  -- 1 Monday … 7 Sunday (ISO).
  day_of_week integer not null,
  day_name text not null,
  month_name text not null,
  is_weekend boolean not null,
  is_holiday boolean,
  holiday_name text,
  fiscal_year integer not null,
  fiscal_quarter integer not null,
  fiscal_month integer not null
);

insert into scout.dim_date (
  date_key, year, quarter, month, week, day_of_month, day_of_week, day_name, month_name, is_weekend,
  fiscal_year, fiscal_quarter, fiscal_month
)
select
  d::date,
  extract(year from d)::integer,
  extract(quarter from d)::integer,
  extract(month from d)::integer,
  extract(week from d)::integer,
  extract(day from d)::integer,
  extract(isodow from d)::integer,
  to_char(d, 'FMDay'),
  to_char(d, 'FMMonth'),
  extract(isodow from d) >= 6,
  extract(year from d)::integer,
  extract(quarter from d)::integer,
  extract(month from d)::integer
from generate_series(timestamp '2015-01-01', timestamp '2039-12-31', interval '1 day') as d
on conflict (date_key) do nothing;

-- The reference system's geography tables, as views on the two that hold the data.
create view scout.dim_geo_region with (security_invoker = true) as
select code as region_key, name as region_name, code as region_psgc, island_group, aliases
from scout.geo_place where level = 1;

create view scout.dim_geo_province with (security_invoker = true) as
select code as province_psgc, name as province_name, region_code as region_key
from scout.geo_place where level = 2;

create view scout.dim_geo_citymun with (security_invoker = true) as
select
  code as citymun_psgc, name as citymun_name, province_code as province_psgc, region_code as region_key,
  is_city, income_class, population, area_sqkm
from scout.geo_place where level = 3;

create view scout.geo_adm1_region with (security_invoker = true) as
select p.code as region_key, p.name as region_name, p.code as region_psgc, b.geom, p.area_sqkm, p.population
from scout.geo_place p join scout.geo_boundary b on b.code = p.code and b.detail = 'medium'
where p.level = 1;

create view scout.geo_adm2_province with (security_invoker = true) as
select
  p.code as province_psgc, p.name as province_name, p.region_code as region_key, b.geom, p.area_sqkm, p.population
from scout.geo_place p join scout.geo_boundary b on b.code = p.code and b.detail = 'medium'
where p.level = 2;

create view scout.geo_adm3_citymun with (security_invoker = true) as
select
  p.code as citymun_psgc, p.name as citymun_name, p.province_code as province_psgc, p.region_code as region_key,
  b.geom, p.area_sqkm, p.population
from scout.geo_place p join scout.geo_boundary b on b.code = p.code and b.detail = 'medium'
where p.level = 3;

create view scout.geo_adm1_region_gen with (security_invoker = true) as
select code as region_key, geom from scout.geo_boundary where level = 1 and detail = 'low';

create view scout.geo_adm3_citymun_gen with (security_invoker = true) as
select code as citymun_psgc, geom from scout.geo_boundary where level = 3 and detail = 'low';

call scout.share_reference_table('scout.geo_pack');
call scout.share_reference_table('scout.geo_level');
call scout.share_reference_table('scout.geo_place');
call scout.share_reference_table('scout.geo_boundary');
call scout.share_reference_table('scout.geo_former_region');
call scout.share_reference_table('scout.geo_rewrite');
call scout.share_reference_table('scout.geo_spelling');
call scout.share_reference_table('scout.pack_term');
call scout.share_reference_table('scout.pack_spelling');
call scout.share_reference_table('scout.pack_time_of_day');
call scout.share_reference_table('scout.dim_date');
grant select on
  scout.dim_geo_region, scout.dim_geo_province, scout.dim_geo_citymun, scout.geo_adm1_region, scout.geo_adm2_province,
  scout.geo_adm3_citymun, scout.geo_adm1_region_gen, scout.geo_adm3_citymun_gen
to scout_app, scout_system;
