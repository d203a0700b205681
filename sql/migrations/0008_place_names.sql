-- Finding places by how people write them. The spellings are data (geo_spelling, geo_rewrite, filled from a pack); here is
-- only how text is compared. One implementation: the set-returning functions; the scalar ones ask them for a single row.

-- Folded text: no accents, no case, no punctuation, single spaces. `collate "C"`, so that every engine folds alike.
create function scout.fold(value text) returns text
language sql immutable parallel safe
return btrim(regexp_replace(
  lower(regexp_replace(normalize(value, nfkd), '[\u0300-\u036f''`\u2019\u02bc]', '', 'g') collate "C"),
  '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f]+', ' ', 'g'));

-- Folded text after a pack's rewrites, without its spaces: what geo_spelling.key holds.
create function scout.place_key(value text, patterns text[], replacements text[]) returns text
language plpgsql immutable parallel safe
as $$
declare
  key text := scout.fold(value);
begin
  for i in 1 .. coalesce(cardinality(patterns), 0) loop
    key := btrim(regexp_replace(key, patterns[i], replacements[i], 'g'));
  end loop;
  return replace(key, ' ', '');
end
$$;

-- The keys of many spellings at one level, with the rewrites of all loaded packs.
create function scout.place_keys(names text[], at_level integer) returns table (ord bigint, key text)
language sql stable
as $$
  select n.ord, scout.place_key(n.name, r.patterns, r.replacements)
  from unnest(names) with ordinality as n (name, ord)
  cross join (
    select
      array_agg(pattern order by pack_id collate "C", position) as patterns,
      array_agg(replacement order by pack_id collate "C", position) as replacements
    from scout.geo_rewrite
    where level = at_level
  ) r
$$;

-- Regions of many spellings: code and how it was found (name, alias, old name, code, former code), or nulls.
-- `Name (Other Name)` is read both ways; parts that name different regions match none. A code that lost its leading
-- zero ("damaged code") is never taken: `100000000` would be two regions.
create function scout.norm_regions(names text[]) returns table (ord bigint, code text, how text)
language sql stable
as $$
  with asked as materialized (
    select distinct name from unnest(names) as n (name) where name is not null
  ),
  part as materialized (
    select a.name, a.name as part, true as whole from asked a
    union
    select a.name, p.part, false
    from asked a
    cross join lateral regexp_split_to_table(a.name, '[()/,;]|\s[-–—]\s') as p (part)
    where btrim(p.part) <> '' and p.part <> a.name
  ),
  numbered as materialized (
    select name, part, whole, row_number() over (order by name, part, whole) as part_no from part
  ),
  hit as materialized (
    select n.name, n.whole, s.code, s.how, s.rank
    from numbered n
    join scout.place_keys((select array_agg(part order by part_no) from numbered), 1) k on k.ord = n.part_no
    join scout.geo_spelling s on s.level = 1 and s.key = k.key
  ),
  best as (
    select h.name, min(h.code) as code, (array_agg(h.how order by h.rank))[1] as how
    from hit h
    where h.whole or not exists (select 1 from hit w where w.name = h.name and w.whole)
    group by h.name
    having count(distinct h.code) = 1 and min(h.rank) < 9
  )
  select n.ord, b.code, b.how
  from unnest(names) with ordinality as n (name, ord)
  left join best b on b.name = n.name
$$;

-- One region. Two nulls when nothing, or more than one region, answers to the name.
create function scout.norm_region(name text, out code text, out how text)
language sql stable
as $$
  select r.code, r.how from scout.norm_regions(array[name]) r
$$;

-- Cities and municipalities of many spellings. `provinces` and `regions` narrow them down (a region may stand among the provinces, too); a place
-- is also found under a region it belonged to before. A narrowing that is itself unknown narrows nothing.
--   code        the place; null when none or several answer
--   how         name, alias, old name, code or former code; null without a code
--   candidates  the codes that answer when there is not exactly one; null when there is
-- Without a narrowing every place that answers to the name counts, in whatever way; with one, the better way wins (a name
-- of today over an old one).
create function scout.norm_citymuns(cities text[], provinces text[], regions text[])
returns table (ord bigint, code text, how text, candidates text[])
language sql stable
as $$
  with asked as materialized (
    select ord, city, province, region
    from unnest(cities, provinces, regions) with ordinality as a (city, province, region, ord)
  ),
  question as materialized (
    select
      row_number() over (order by d.city, d.province, d.region) as q,
      d.city, d.province, d.region,
      -- "San Fernando (La Union)": what stands in parentheses is a province, a region or another name.
      nullif(btrim(split_part(d.city, '(', 1)), '') as head,
      nullif(btrim(split_part(split_part(d.city, '(', 2), ')', 1)), '') as tail
    from (select distinct city, province, region from asked where city is not null) d
  ),
  -- Places named by the narrowing texts: `source` tells the texts apart, each that names a place must hold.
  scope_text as materialized (
    select q, 'province' as source, province as name from question where province is not null
    union all
    select q, 'region', region from question where region is not null
    union all
    select q, 'tail', tail from question where tail is not null
  ),
  scope_numbered as materialized (
    select name, row_number() over (order by name) as n from (select distinct name from scope_text) d
  ),
  scope_names as materialized (
    select array_agg(name order by n) as names from scope_numbered
  ),
  scope_place as materialized (
    select n.name, r.code
    from scope_numbered n
    join scout.norm_regions((select names from scope_names)) r on r.ord = n.n
    where r.code is not null
    union
    select n.name, s.code
    from scope_numbered n
    join scout.place_keys((select names from scope_names), 2) k on k.ord = n.n
    join scout.geo_spelling s on s.level = 2 and s.key = k.key and s.rank < 9
  ),
  scope as materialized (
    select t.q, t.source, p.code from scope_text t join scope_place p on p.name = t.name
  ),
  spelling as materialized (
    select q, city as name, 1 as attempt from question
    union all
    select q, head, 2 from question where tail is not null and head is not null
    union all
    select q, tail, 2 from question
    where tail is not null and not exists (select 1 from scope s where s.q = question.q and s.source = 'tail')
  ),
  spelling_numbered as materialized (
    select name, row_number() over (order by name) as n from (select distinct name from spelling) d
  ),
  hit as materialized (
    select sp.q, sp.attempt, s.code, min(s.rank) as rank, (array_agg(s.how order by s.rank))[1] as how
    from spelling sp
    join spelling_numbered n on n.name = sp.name
    join scout.place_keys((select array_agg(name order by n) from spelling_numbered), 3) k on k.ord = n.n
    join scout.geo_spelling s on s.level = 3 and s.key = k.key
    group by sp.q, sp.attempt, s.code
  ),
  first_hit as materialized (
    select h.* from hit h
    where h.attempt = (select min(m.attempt) from hit m where m.q = h.q)
  ),
  ancestor as materialized (
    select h.q, h.code, a.code as within
    from (select distinct q, code from first_hit) h
    join scout.geo_place p on p.code = h.code
    cross join lateral (values (p.code), (p.province_code), (p.region_code)) as a (code)
    union
    select h.q, h.code, f.region_code
    from (select distinct q, code from first_hit) h
    join scout.geo_place p on p.code = h.code
    join scout.geo_former_region f on f.place_code in (p.code, p.province_code)
  ),
  held as materialized (
    select h.q, h.code, count(distinct s.source) as sources
    from first_hit h
    join ancestor a on a.q = h.q and a.code = h.code
    join scope s on s.q = h.q and s.code = a.within
    group by h.q, h.code
  ),
  judged as materialized (
    select
      h.q, h.code, h.rank, h.how,
      coalesce(n.sources, 0) as wanted,
      coalesce(d.sources, 0) = coalesce(n.sources, 0) as inside
    from first_hit h
    left join (select q, count(distinct source) as sources from scope group by q) n on n.q = h.q
    left join held d on d.q = h.q and d.code = h.code
  ),
  kept as (
    select j.*, min(j.rank) over (partition by j.q) as best from judged j where j.inside
  ),
  answer as (
    select q, min(code) as code, min(how) as how
    from kept
    where wanted = 0 or rank = best
    group by q
    having count(distinct code) = 1 and min(rank) < 9
  ),
  open_answer as (
    select
      j.q,
      coalesce(
        array_agg(distinct j.code) filter (where j.inside),
        array_agg(distinct j.code)
      ) as candidates
    from judged j
    group by j.q
  )
  select
    a.ord, w.code, w.how,
    case when w.code is null then coalesce(o.candidates, '{}') end
  from asked a
  left join question q
    on q.city is not distinct from a.city
    and q.province is not distinct from a.province
    and q.region is not distinct from a.region
  left join answer w on w.q = q.q
  left join open_answer o on o.q = q.q
$$;

-- One city or municipality.
create function scout.norm_citymun(
  city text, province text default null, region text default null,
  out code text, out how text, out candidates text[])
language sql stable
as $$
  select c.code, c.how, c.candidates from scout.norm_citymuns(array[city], array[province], array[region]) c
$$;
