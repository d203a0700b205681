-- Transaction clustering: kinds of baskets, found in a sample of the tenant's sales, and the kind that each sale is of.

create table scout.basket_clusters (
  tenant_id text not null,
  -- b1, b2 … for what was found; no_items, no_price and returned for the sales that say too little to be of any kind.
  cluster text not null,
  -- 1 to 8 in the scores; null for the three that are not found.
  position integer,
  name text not null,
  description text not null,
  -- Names the fit: a hash of the weights.
  fit text not null,
  method text not null,
  window_from date not null,
  window_to date not null,
  -- Baskets in the sample, and in this cluster.
  n integer not null,
  baskets integer not null,
  -- Mean silhouette of the cluster and of the fit, −1 to 1, and the mean adjusted Rand index of the fit over halves of the sample.
  silhouette numeric,
  fit_silhouette numeric not null,
  stability numeric not null,
  -- Mean silhouette by number of clusters tried.
  tried jsonb not null,
  -- What sets it apart: feature, value, inside, overall, standardised difference; the largest first.
  differences jsonb,
  -- By feature:value. The centroid in the features' own units, and what a basket adds to its squared distance from it, in
  -- ten-thousandths.
  centre jsonb,
  weights jsonb,
  primary key (tenant_id, cluster),
  unique (tenant_id, position)
);

create table scout.basket_cluster_days (
  tenant_id text not null,
  region text,
  place text,
  day date not null,
  cluster text not null,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric not null,
  constraint basket_cluster_days_key unique nulls not distinct (tenant_id, day, place, cluster)
);
create index basket_cluster_days_region on scout.basket_cluster_days (tenant_id, region, day);

call scout.protect_tenant_table('scout.basket_clusters', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.basket_cluster_days', 'select, insert, update, delete');

-- Sales as clustering sees them. `kind` is basket, or why a sale is none. Steps stand on ladders whose rungs grow by about half, in place
-- of logarithms: those differ in their last digit from machine to machine. The ladder of amounts is in the currency of the pack.
create function scout.basket_features(of_tenant text, of_days date[])
returns table (
  store_id text, transaction_id text, date_key date, region text, city text, net_amount numeric, units integer, kind text,
  amount_step integer, units_step integer, lines_step integer, time_of_day text, payment text, request_mode text)
language sql stable
as $$
  select
    t.store_id, t.transaction_id, t.date_key, t.region, t.city, t.net_amount, t.basket_size,
    case
      when t.unique_products is null or t.product_category is null then 'no_items'
      when t.net_amount is null then 'no_price'
      when t.net_amount < 0 or t.basket_size < 0 then 'returned'
      else 'basket'
    end,
    width_bucket(t.net_amount,
      array[5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000]::numeric[]),
    coalesce(width_bucket(t.basket_size, array[2, 3, 4, 6, 9, 13, 20, 30, 45]), 0),
    coalesce(width_bucket(t.unique_products, array[2, 3, 4, 6, 9, 13, 20]), 0),
    t.time_of_day,
    coalesce(t.payment_method, 'unknown'),
    coalesce(t.request_mode, 'unknown')
  from scout.silver_transactions t
  where t.tenant_id = of_tenant and (of_days is null or t.date_key = any (of_days))
$$;

-- The lines of the same sales. A line weighs its amount in centavos plus one, so that where no line is priced each counts the same; more
-- than a million of the currency weighs no more. Whole numbers as doubles: their sums are exact in any order.
create function scout.basket_lines(of_tenant text, of_days date[])
returns table (store_id text, transaction_id text, category text, weight double precision)
language sql stable
as $$
  select
    l.store_id, l.transaction_id, coalesce(l.category, 'unknown'),
    trunc(least(greatest(coalesce(l.line_amount, 0), 0), 1000000) * 100)::double precision + 1
  from scout.silver_line_items l
  where l.tenant_id = of_tenant and (of_days is null or l.date_key = any (of_days))
$$;

-- The kind of basket that each sale is: the cluster with the nearest centroid, the first on a tie. A score is the squared distance up to
-- what is the same for every cluster; its terms are whole numbers but for one division of them, so every engine finds the same. The weights
-- come as arrays in one row: joined as a table they were looped over once a sale and feature.
create function scout.transaction_clusters(of_tenant text, of_days date[])
returns table (
  store_id text, transaction_id text, date_key date, region text, city text, net_amount numeric, cluster text)
language sql stable
as $$
  with weight as (
    select
      split_part(w.key, ':', 1) as feature,
      substr(w.key, strpos(w.key, ':') + 1) as value,
      max(w.value::double precision) filter (where c.position = 1) as w1,
      max(w.value::double precision) filter (where c.position = 2) as w2,
      max(w.value::double precision) filter (where c.position = 3) as w3,
      max(w.value::double precision) filter (where c.position = 4) as w4,
      max(w.value::double precision) filter (where c.position = 5) as w5,
      max(w.value::double precision) filter (where c.position = 6) as w6,
      max(w.value::double precision) filter (where c.position = 7) as w7,
      max(w.value::double precision) filter (where c.position = 8) as w8
    from scout.basket_clusters c
    cross join lateral jsonb_each_text(c.weights) w
    where c.tenant_id = of_tenant and c.position is not null
    group by w.key
  ),
  -- One row a feature: its values in order, steps by their number, and each cluster's weights in the same order.
  vector as materialized (
    select
      o.feature,
      array_agg(o.value order by o.place) as values,
      array_agg(o.w1 order by o.place) as w1,
      array_agg(o.w2 order by o.place) as w2,
      array_agg(o.w3 order by o.place) as w3,
      array_agg(o.w4 order by o.place) as w4,
      array_agg(o.w5 order by o.place) as w5,
      array_agg(o.w6 order by o.place) as w6,
      array_agg(o.w7 order by o.place) as w7,
      array_agg(o.w8 order by o.place) as w8
    from (
      select w.*, case when w.feature like '%_step' then lpad(w.value, 3, '0') else w.value end collate "C" as place from weight w
    ) o
    group by o.feature
  ),
  cluster as (
    select array_agg(c.cluster order by c.position) as clusters
    from scout.basket_clusters c
    where c.tenant_id = of_tenant and c.position is not null
    having count(*) > 0
  ),
  fit as materialized (
    select
      k.clusters,
      hour.values as hour_values,
      payment.values as payment_values,
      request.values as request_values,
      category.values as category_values,
      amount.w1 as amount1, amount.w2 as amount2, amount.w3 as amount3, amount.w4 as amount4,
      amount.w5 as amount5, amount.w6 as amount6, amount.w7 as amount7, amount.w8 as amount8,
      units.w1 as units1, units.w2 as units2, units.w3 as units3, units.w4 as units4,
      units.w5 as units5, units.w6 as units6, units.w7 as units7, units.w8 as units8,
      lines.w1 as lines1, lines.w2 as lines2, lines.w3 as lines3, lines.w4 as lines4,
      lines.w5 as lines5, lines.w6 as lines6, lines.w7 as lines7, lines.w8 as lines8,
      hour.w1 as hour1, hour.w2 as hour2, hour.w3 as hour3, hour.w4 as hour4,
      hour.w5 as hour5, hour.w6 as hour6, hour.w7 as hour7, hour.w8 as hour8,
      payment.w1 as payment1, payment.w2 as payment2, payment.w3 as payment3, payment.w4 as payment4,
      payment.w5 as payment5, payment.w6 as payment6, payment.w7 as payment7, payment.w8 as payment8,
      request.w1 as request1, request.w2 as request2, request.w3 as request3, request.w4 as request4,
      request.w5 as request5, request.w6 as request6, request.w7 as request7, request.w8 as request8,
      category.w1 as category1, category.w2 as category2, category.w3 as category3, category.w4 as category4,
      category.w5 as category5, category.w6 as category6, category.w7 as category7, category.w8 as category8,
      base.w1[1] as base1, base.w2[1] as base2, base.w3[1] as base3, base.w4[1] as base4,
      base.w5[1] as base5, base.w6[1] as base6, base.w7[1] as base7, base.w8[1] as base8
    from cluster k
    join vector base on base.feature = 'base'
    left join vector amount on amount.feature = 'amount_step'
    left join vector units on units.feature = 'units_step'
    left join vector lines on lines.feature = 'lines_step'
    left join vector hour on hour.feature = 'time_of_day'
    left join vector payment on payment.feature = 'payment'
    left join vector request on request.feature = 'request_mode'
    left join vector category on category.feature = 'category'
  ),
  -- Sales and lines under each other, put together by one grouping: a join of two sets that nobody has counted yet is planned as a loop.
  part as (
    select
      f.store_id, f.transaction_id, f.date_key, f.region, f.city, f.net_amount, f.kind, k.clusters, null::double precision as weight,
      k.base1 + coalesce(k.amount1[f.amount_step + 1], 0) + coalesce(k.units1[f.units_step + 1], 0)
        + coalesce(k.lines1[f.lines_step + 1], 0) + coalesce(k.hour1[p.hour], 0) + coalesce(k.payment1[p.payment], 0)
        + coalesce(k.request1[p.request], 0) as s1,
      k.base2 + coalesce(k.amount2[f.amount_step + 1], 0) + coalesce(k.units2[f.units_step + 1], 0)
        + coalesce(k.lines2[f.lines_step + 1], 0) + coalesce(k.hour2[p.hour], 0) + coalesce(k.payment2[p.payment], 0)
        + coalesce(k.request2[p.request], 0) as s2,
      k.base3 + coalesce(k.amount3[f.amount_step + 1], 0) + coalesce(k.units3[f.units_step + 1], 0)
        + coalesce(k.lines3[f.lines_step + 1], 0) + coalesce(k.hour3[p.hour], 0) + coalesce(k.payment3[p.payment], 0)
        + coalesce(k.request3[p.request], 0) as s3,
      k.base4 + coalesce(k.amount4[f.amount_step + 1], 0) + coalesce(k.units4[f.units_step + 1], 0)
        + coalesce(k.lines4[f.lines_step + 1], 0) + coalesce(k.hour4[p.hour], 0) + coalesce(k.payment4[p.payment], 0)
        + coalesce(k.request4[p.request], 0) as s4,
      k.base5 + coalesce(k.amount5[f.amount_step + 1], 0) + coalesce(k.units5[f.units_step + 1], 0)
        + coalesce(k.lines5[f.lines_step + 1], 0) + coalesce(k.hour5[p.hour], 0) + coalesce(k.payment5[p.payment], 0)
        + coalesce(k.request5[p.request], 0) as s5,
      k.base6 + coalesce(k.amount6[f.amount_step + 1], 0) + coalesce(k.units6[f.units_step + 1], 0)
        + coalesce(k.lines6[f.lines_step + 1], 0) + coalesce(k.hour6[p.hour], 0) + coalesce(k.payment6[p.payment], 0)
        + coalesce(k.request6[p.request], 0) as s6,
      k.base7 + coalesce(k.amount7[f.amount_step + 1], 0) + coalesce(k.units7[f.units_step + 1], 0)
        + coalesce(k.lines7[f.lines_step + 1], 0) + coalesce(k.hour7[p.hour], 0) + coalesce(k.payment7[p.payment], 0)
        + coalesce(k.request7[p.request], 0) as s7,
      k.base8 + coalesce(k.amount8[f.amount_step + 1], 0) + coalesce(k.units8[f.units_step + 1], 0)
        + coalesce(k.lines8[f.lines_step + 1], 0) + coalesce(k.hour8[p.hour], 0) + coalesce(k.payment8[p.payment], 0)
        + coalesce(k.request8[p.request], 0) as s8
    from fit k
    cross join scout.basket_features(of_tenant, of_days) f
    cross join lateral (
      select
        array_position(k.hour_values, f.time_of_day) as hour,
        array_position(k.payment_values, f.payment) as payment,
        array_position(k.request_values, f.request_mode) as request
    ) p
    union all
    select
      l.store_id, l.transaction_id, null, null, null, null, null, null, l.weight,
      l.weight * coalesce(k.category1[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category2[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category3[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category4[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category5[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category6[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category7[array_position(k.category_values, l.category)], 0),
      l.weight * coalesce(k.category8[array_position(k.category_values, l.category)], 0)
    from fit k
    cross join scout.basket_lines(of_tenant, of_days) l
  ),
  whole as (
    select
      store_id, transaction_id, max(date_key) as date_key, max(region) as region, max(city) as city, max(net_amount) as net_amount,
      max(kind) as kind, max(clusters) as clusters,
      max(s1) filter (where weight is null) + sum(s1) filter (where weight is not null) / sum(weight) as s1,
      max(s2) filter (where weight is null) + sum(s2) filter (where weight is not null) / sum(weight) as s2,
      max(s3) filter (where weight is null) + sum(s3) filter (where weight is not null) / sum(weight) as s3,
      max(s4) filter (where weight is null) + sum(s4) filter (where weight is not null) / sum(weight) as s4,
      max(s5) filter (where weight is null) + sum(s5) filter (where weight is not null) / sum(weight) as s5,
      max(s6) filter (where weight is null) + sum(s6) filter (where weight is not null) / sum(weight) as s6,
      max(s7) filter (where weight is null) + sum(s7) filter (where weight is not null) / sum(weight) as s7,
      max(s8) filter (where weight is null) + sum(s8) filter (where weight is not null) / sum(weight) as s8
    from part
    group by store_id, transaction_id
  )
  select
    s.store_id, s.transaction_id, s.date_key, s.region, s.city, s.net_amount,
    case when s.kind <> 'basket' then s.kind
      else s.clusters[array_position(
        array[s.s1, s.s2, s.s3, s.s4, s.s5, s.s6, s.s7, s.s8],
        least(s.s1, s.s2, s.s3, s.s4, s.s5, s.s6, s.s7, s.s8))]
    end
  from whole s
  where s.kind is not null
$$;
