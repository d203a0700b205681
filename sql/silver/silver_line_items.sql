-- relation: scout.silver_line_items
-- grain: one line of a sale that stands and is not void
-- key: tenant_id, store_id, transaction_id, line_no
-- inputs: scout.bronze_standing, scout.dim_product, scout.dim_store, scout.brand, scout.pack_spelling, scout.tenant
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- The three payload contracts become one shape. What a device did not say stays null. A line of a flat record is the main product's
-- (the first line with its sku) or a companion's; a flat record without a basket is its main product alone. A name that is that of exactly one
-- product of the catalogue is that product.
--
-- The brand is the catalogue's, else what the stated brand, the product's name or its local name matches, in that order
-- (scout.known_brands); UNKNOWN where nothing matches. A tenant without a dictionary keeps what was stated.

with source as materialized (
  select b.store_id, b.transaction_id, b.business_day, b.contract, b.event_data as sale, t.pack_id
  from scout.bronze_standing b
  join scout.tenant t on t.tenant_id = b.tenant_id
  where b.tenant_id = $1
    and ($2::date[] is null or b.business_day = any ($2::date[]))
    and not b.voided
),
pos as (
  select
    s.store_id, s.transaction_id, s.business_day, s.pack_id, l.line_no,
    l.line ->> 'product_id' as product_id,
    l.line ->> 'product_name' as product_name,
    null::text as local_name,
    l.line ->> 'brand' as brand_raw,
    l.line ->> 'category' as category_raw,
    scout.decimal_of(l.line -> 'quantity') as quantity,
    scout.decimal_of(l.line -> 'unit_price') as unit_price,
    scout.decimal_of(l.line -> 'discount') as discount,
    scout.decimal_of(l.line -> 'amount') as stated
  from source s
  cross join lateral jsonb_array_elements(s.sale -> 'lines') with ordinality as l (line, line_no)
  where s.contract = 'pos.v1'
),
edge as (
  select
    s.store_id, s.transaction_id, s.business_day, s.pack_id, l.line_no,
    null::text as product_id,
    l.line ->> 'product_name' as product_name,
    l.line ->> 'local_name' as local_name,
    l.line ->> 'brand_name' as brand_raw,
    l.line ->> 'category_name' as category_raw,
    scout.decimal_of(l.line -> 'qty') as quantity,
    scout.decimal_of(l.line -> 'unit_price') as unit_price,
    null::numeric as discount,
    scout.decimal_of(l.line -> 'total_price') as stated
  from source s
  cross join lateral jsonb_array_elements(s.sale -> 'items') with ordinality as l (line, line_no)
  where s.contract = 'edge.v1'
),
flat_basket as (
  select
    s.store_id, s.transaction_id, s.business_day, s.pack_id, s.sale, l.line, l.line_no,
    l.line ->> 'sku' = s.sale ->> 'sku'
      and row_number() over (
        partition by s.store_id, s.transaction_id, l.line ->> 'sku' order by l.line_no) = 1 as is_main
  from source s
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof(s.sale -> 'combo_basket') = 'array' and s.sale -> 'combo_basket' <> '[]'
      then s.sale -> 'combo_basket'
      else jsonb_build_array(jsonb_build_object('sku', s.sale -> 'sku', 'quantity', s.sale -> 'units_per_transaction'))
    end
  ) with ordinality as l (line, line_no)
  where s.contract = 'flat.v1'
    and (s.sale ->> 'sku' is not null
      or (jsonb_typeof(s.sale -> 'combo_basket') = 'array' and s.sale -> 'combo_basket' <> '[]'))
),
flat as (
  select
    store_id, transaction_id, business_day, pack_id, line_no,
    line ->> 'sku' as product_id,
    null::text as product_name,
    null::text as local_name,
    case when is_main then sale ->> 'brand_name' end as brand_raw,
    case when is_main then sale ->> 'product_category' end as category_raw,
    scout.decimal_of(line -> 'quantity') as quantity,
    scout.decimal_of(line -> 'unit_price') as unit_price,
    null::numeric as discount,
    case when is_main then scout.decimal_of(sale -> 'peso_value') end as stated
  from flat_basket
),
renamed as materialized (
  select * from pos
  union all
  select * from edge
  union all
  select * from flat
),
spelled as materialized (
  -- Folding text is dear: once for each spelling, not for each line.
  select d.pack_id, d.category_raw, s.code
  from (select distinct pack_id, category_raw from renamed where category_raw is not null) d
  join scout.pack_spelling s on s.pack_id = d.pack_id and s.kind = 'category' and s.key = scout.fold(d.category_raw)
),
catalogue as materialized (
  -- A name that several products have names none.
  select scout.fold(product_name) as key, min(product_id) as product_id
  from scout.dim_product
  where tenant_id = $1
  group by scout.fold(product_name)
  having count(*) = 1
),
named as materialized (
  select d.product_name, k.product_id
  from (select distinct product_name from renamed where product_id is null and product_name is not null) d
  join catalogue k on k.key = scout.fold(d.product_name)
),
counted as materialized (
  -- More than a million of a thing in one line is a misreading, not a sale.
  select
    r.store_id, r.transaction_id, r.business_day, r.pack_id, r.line_no,
    coalesce(r.product_id, n.product_id) as product_id,
    coalesce(nullif(r.product_name, ''), p.product_name) as product_name,
    nullif(r.local_name, '') as local_name,
    nullif(r.brand_raw, '') as brand_raw,
    p.brand as catalogue_brand,
    p.category as catalogue_category,
    coalesce(r.category_raw, p.category_raw) as category_raw,
    r.category_raw as stated_category,
    r.unit_price, r.discount, r.stated,
    case when abs(r.quantity) <= 1e6 then r.quantity end as plausible
  from renamed r
  left join named n on r.product_id is null and n.product_name = r.product_name
  left join scout.dim_product p on p.tenant_id = $1 and p.product_id = coalesce(r.product_id, n.product_id)
),
known as materialized (
  select k.spelling, k.brand, k.how, k.key = k.matched as is_whole
  from scout.known_brands($1, array(
    select brand_raw from counted where brand_raw is not null
    union
    select product_name from counted where product_name is not null
    union
    select local_name from counted where local_name is not null
    union
    select catalogue_brand from counted where catalogue_brand is not null
  )) k
  where exists (select 1 from scout.brand b where b.tenant_id = $1)
),
branded as (
  select
    c.*,
    case
      when c.catalogue_brand is not null then 'catalogue'
      when stated.brand is not null then 'stated'
      when product.brand is not null then 'product'
      when local.brand is not null then 'local'
    end as brand_from,
    case when catalogue.is_whole then catalogue.brand end as catalogue_match,
    stated.brand as stated_brand, stated.how as stated_how,
    product.brand as product_brand, product.how as product_how,
    local.brand as local_brand, local.how as local_how,
    coalesce(stated.spelling, product.spelling, local.spelling) is not null as was_looked_up
  from counted c
  -- Each once: from the materialised list alone the planner would take every line for many.
  left join (select distinct on (spelling) * from known) catalogue on catalogue.spelling = c.catalogue_brand
  left join (select distinct on (spelling) * from known) stated on stated.spelling = c.brand_raw
  left join (select distinct on (spelling) * from known) product on product.spelling = c.product_name
  left join (select distinct on (spelling) * from known) local on local.spelling = c.local_name
)
select
  $1::text as tenant_id,
  b.store_id,
  b.transaction_id,
  b.line_no,
  b.business_day as date_key,
  st.region_psgc as region,
  st.province_psgc as province,
  st.citymun_psgc as city,
  b.product_id,
  coalesce(b.product_id, b.product_name) as product_key,
  b.product_name,
  b.local_name,
  case b.brand_from
    when 'catalogue' then coalesce(b.catalogue_match, b.catalogue_brand)
    when 'stated' then b.stated_brand
    when 'product' then b.product_brand
    when 'local' then b.local_brand
    else case when b.was_looked_up then 'UNKNOWN' else b.brand_raw end
  end as brand,
  b.brand_raw,
  case b.brand_from
    when 'catalogue' then 'catalogue'
    when 'stated' then b.stated_how
    when 'product' then b.product_how
    when 'local' then b.local_how
    else case when b.was_looked_up then 'unknown' when b.brand_raw is not null then 'stated' end
  end as brand_match,
  b.brand_from,
  coalesce(b.catalogue_category, s.code) as category,
  b.category_raw,
  b.plausible as quantity,
  case when b.plausible = trunc(b.plausible) then b.plausible::integer else sign(b.plausible)::integer end as units,
  b.unit_price,
  round(b.discount, 2) as discount_amount,
  round(coalesce(b.plausible * b.unit_price - coalesce(b.discount, 0), b.stated), 2) as line_amount,
  round(case when b.stated > 0 then b.stated else b.unit_price * b.plausible end, 2) as peso_value
from branded b
left join scout.dim_store st on st.tenant_id = $1 and st.store_id = b.store_id
left join spelled s on s.pack_id = b.pack_id and s.category_raw = b.stated_category
