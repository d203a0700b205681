-- Brands as people write them: a tenant's dictionary, what each distinct spelling was taken for, and what people decided about the rest.

create extension if not exists pg_trgm with schema public;

create table scout.brand (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  -- As it is shown.
  brand text collate "C" not null,
  -- scout.fold(brand).
  brand_key text collate "C" not null,
  updated_at timestamptz not null,
  primary key (tenant_id, brand),
  unique (tenant_id, brand_key)
);

-- Ways to write or say a brand. One variant may stand for several brands ("red"): then it decides nothing.
create table scout.brand_variant (
  tenant_id text not null,
  brand text collate "C" not null,
  variant text not null,
  -- scout.fold(variant).
  variant_key text collate "C" not null,
  -- As the dictionary has it; a brand may have several.
  category_raw text,
  primary key (tenant_id, brand, variant_key),
  foreign key (tenant_id, brand) references scout.brand (tenant_id, brand) on delete cascade
);
create index brand_variant_key on scout.brand_variant (tenant_id, variant_key);

-- What a person said that a spelling is: a brand, or (null) none.
create table scout.brand_decision (
  tenant_id text not null,
  -- scout.fold of the spelling.
  key text collate "C" not null,
  brand text collate "C",
  decided_by text not null,
  decided_at timestamptz not null,
  primary key (tenant_id, key),
  foreign key (tenant_id, brand) references scout.brand (tenant_id, brand) on delete cascade
);

-- Each distinct spelling that a sale ever used, matched once; a change of the dictionary matches it anew (scout.rematch_brands).
create table scout.brand_spelling (
  tenant_id text not null,
  -- Byte for byte as it was written.
  spelling text collate "C" not null,
  key text collate "C" not null,
  -- Null when it matched none, or several.
  brand text collate "C",
  -- decision, brand, variant, near variant, near brand; ambiguous or none without a brand.
  how text not null,
  -- Similarity: 1 where it is exact, null where nothing came close.
  score real,
  -- The words of it that matched.
  matched text,
  -- Brands that came close, the closest first.
  candidates text[] not null,
  primary key (tenant_id, spelling)
);
create index brand_spelling_key on scout.brand_spelling (tenant_id, key);

call scout.protect_tenant_table('scout.brand', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.brand_variant', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.brand_decision', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.brand_spelling', 'select, insert, update, delete');

-- Which brands many spellings mean. In order: a person's decision on the whole spelling; words of it that are a brand; words that are a
-- variant; words similar to a variant (trigrams, 0.55 or more), to a brand (0.60 or more). Of several the longest words win, the most
-- similar first where they are only similar, then those that stand first. Words that stand for several brands decide nothing.
create function scout.match_brands(of_tenant text, spellings text[])
returns table (spelling text, key text, brand text, how text, score real, matched text, candidates text[])
language sql stable
-- Its plan looks dear enough to compile, which takes two seconds; the dictionary is small, and the query takes milliseconds.
set jit = off
as $$
  with asked as materialized (
    select s.spelling, scout.fold(s.spelling) as key
    from (select distinct u.spelling from unnest(spellings) as u (spelling) where u.spelling is not null) s
  ),
  phrase as materialized (
    select distinct a.key, string_to_array(a.key, ' ') as words from asked a where a.key <> ''
  ),
  decided as materialized (
    select p.key, d.brand, 'decision' as how, null::real as score, p.key as matched, '{}'::text[] as candidates
    from phrase p
    join scout.brand_decision d on d.tenant_id = of_tenant and d.key = p.key
  ),
  -- Runs of up to four words among the first sixteen: no brand is longer, and a pasted page must not stop a run.
  gram as materialized (
    select p.key, f.first as position, array_to_string(p.words[f.first:l.last], ' ') as gram
    from phrase p
    cross join lateral generate_series(1, least(cardinality(p.words), 16)) as f (first)
    cross join lateral generate_series(f.first, least(f.first + 3, cardinality(p.words), 16)) as l (last)
    where not exists (select 1 from decided d where d.key = p.key)
  ),
  exact as materialized (
    select g.key, g.position, g.gram, 1 as step, array[b.brand] as brands
    from gram g
    join scout.brand b on b.tenant_id = of_tenant and b.brand_key = g.gram
    union all
    select g.key, g.position, g.gram, 2, array_agg(distinct v.brand order by v.brand)
    from gram g
    join scout.brand_variant v on v.tenant_id = of_tenant and v.variant_key = g.gram
    group by g.key, g.position, g.gram
  ),
  said as materialized (
    select distinct on (e.key) e.key, e.step, e.gram, e.brands, 1::real as score
    from exact e
    order by e.key, e.step, length(e.gram) desc, e.position
  ),
  -- Each distinct run of words once against each entry: this is the dear part.
  rest as materialized (
    select g.key, g.position, g.gram from gram g where not exists (select 1 from said s where s.key = g.key)
  ),
  entry as materialized (
    select 3 as step, v.variant_key as entry, v.brand from scout.brand_variant v where v.tenant_id = of_tenant
    union all
    select 4, b.brand_key, b.brand from scout.brand b where b.tenant_id = of_tenant
  ),
  likeness as materialized (
    select g.gram, e.step, e.brand, public.similarity(g.gram, e.entry) as score
    from (select distinct r.gram from rest r where length(r.gram) >= 3) g
    join entry e on public.similarity(g.gram, e.entry) >= 0.3::real
  ),
  near as materialized (
    select distinct on (r.key) r.key, l.step, r.gram, l.brands, l.score
    from rest r
    join (
      select l.gram, l.step, l.score, array_agg(distinct l.brand order by l.brand) as brands
      from likeness l
      where l.score >= case l.step when 3 then 0.55::real else 0.60::real end
      group by l.gram, l.step, l.score
    ) l on l.gram = r.gram
    order by r.key, l.step, l.score desc, length(r.gram) desc, r.position
  ),
  found as (
    select s.key, s.step, s.gram, s.brands, s.score from said s
    union all
    select n.key, n.step, n.gram, n.brands, n.score from near n
  ),
  close as (
    select c.key, max(c.score) as score, (array_agg(c.brand order by c.score desc, c.brand))[1:3] as brands
    from (
      select r.key, l.brand, max(l.score) as score
      from rest r
      join likeness l on l.gram = r.gram
      group by r.key, l.brand
    ) c
    group by c.key
  ),
  answer as (
    select d.key, d.brand, d.how, d.score, d.matched, d.candidates from decided d
    union all
    select
      f.key,
      case when cardinality(f.brands) = 1 then f.brands[1] end,
      case when cardinality(f.brands) > 1 then 'ambiguous'
        else (array['brand', 'variant', 'near variant', 'near brand'])[f.step] end,
      f.score, f.gram, f.brands
    from found f
  )
  select a.spelling, a.key, w.brand, coalesce(w.how, 'none'), coalesce(w.score, c.score), w.matched,
    coalesce(w.candidates, c.brands, '{}')
  from asked a
  left join answer w on w.key = a.key
  left join close c on c.key = a.key and w.key is null
$$;

-- The same for transforms: what is known of each spelling, after matching those that nobody asked for before.
create function scout.known_brands(of_tenant text, spellings text[]) returns setof scout.brand_spelling
language plpgsql volatile
as $$
begin
  insert into scout.brand_spelling (tenant_id, spelling, key, brand, how, score, matched, candidates)
  select of_tenant, m.spelling, m.key, m.brand, m.how, m.score, m.matched, m.candidates
  from scout.match_brands(of_tenant, array(
    select distinct u.spelling
    from unnest(spellings) as u (spelling)
    where not exists (
      select 1 from scout.brand_spelling k where k.tenant_id = of_tenant and k.spelling = u.spelling)
  )) m
  on conflict do nothing;
  return query
    select k.* from scout.brand_spelling k where k.tenant_id = of_tenant and k.spelling = any (spellings);
end
$$;

-- Matches every spelling anew, after the dictionary or the decisions changed, and names those whose brand is another now. The days of
-- their lines are then to be redone.
create function scout.rematch_brands(of_tenant text) returns setof text
language sql volatile
as $$
  with fresh as materialized (
    select m.*
    from scout.match_brands(of_tenant, array(
      select k.spelling from scout.brand_spelling k where k.tenant_id = of_tenant)) m
  ),
  before as materialized (
    select k.spelling, k.brand, k.how from scout.brand_spelling k where k.tenant_id = of_tenant
  ),
  written as (
    update scout.brand_spelling k
    set key = f.key, brand = f.brand, how = f.how, score = f.score, matched = f.matched, candidates = f.candidates
    from fresh f
    where k.tenant_id = of_tenant and k.spelling = f.spelling
      and (k.brand, k.how, k.score, k.matched, k.candidates)
        is distinct from (f.brand, f.how, f.score, f.matched, f.candidates)
    returning k.spelling
  )
  select w.spelling
  from written w
  join before b on b.spelling = w.spelling
  join fresh f on f.spelling = w.spelling
  where (b.brand, b.how) is distinct from (f.brand, f.how)
$$;
