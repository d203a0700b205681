-- What sells with what: association rules, those alone that also held in the days they were not found in.

create table scout.recommendation_engine (
  tenant_id text not null,
  -- A region's code, or all: baskets of every region, those of none included.
  scope text not null,
  antecedent text not null,
  consequent text not null,
  -- By confidence among the rules of a scope and antecedent.
  rank integer not null,
  -- Baskets of the window with a known product; those with either, those with both.
  n integer not null,
  n_antecedent integer not null,
  n_consequent integer not null,
  n_both integer not null,
  support numeric not null,
  confidence numeric not null,
  -- How many times as often as by chance; over or under 0 by how much of all baskets; how much oftener it would fail by chance.
  lift numeric not null,
  leverage numeric not null,
  conviction numeric,
  method text not null,
  window_from date not null,
  window_to date not null,
  -- From this day on baskets were held out: the rule was found without them.
  held_out_from date not null,
  held_out_antecedent integer not null,
  held_out_confidence numeric not null,
  -- The consequent's share of all held-out baskets: what recommending it to anyone would hit.
  held_out_base numeric not null,
  -- |confidence before − confidence in the held-out baskets|.
  confidence_error numeric not null,
  primary key (tenant_id, scope, antecedent, consequent),
  check (held_out_confidence > held_out_base)
);

call scout.protect_tenant_table('scout.recommendation_engine', 'select, insert, update, delete');

-- What to offer with these products: the rule of most confidence for each product that is not among them, of the region where it has one,
-- else of all.
create function scout.recommend(of_tenant text, of_region text, with_products text[], most integer)
returns table (product_id text, because text, scope text, confidence numeric, lift numeric)
language sql stable
as $$
  select r.consequent, r.antecedent, r.scope, r.confidence, r.lift
  from (
    select distinct on (e.consequent) e.consequent, e.antecedent, e.scope, e.confidence, e.lift
    from scout.recommendation_engine e
    where e.tenant_id = of_tenant
      and e.scope in ('all', of_region)
      and e.antecedent = any (with_products)
      and e.consequent <> all (with_products)
    order by e.consequent, (e.scope = 'all'), e.confidence desc, e.antecedent collate "C"
  ) r
  order by r.confidence desc, r.lift desc, r.consequent collate "C"
  limit most
$$;
