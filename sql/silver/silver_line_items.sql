-- relation: scout.silver_line_items
-- grain: one line of a sale that stands and is not void
-- key: tenant_id, store_id, transaction_id, line_no
-- inputs: scout.bronze_standing, scout.dim_product, scout.pack_spelling, scout.tenant
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- The three payload contracts become one shape. What a device did not say stays null. A line of a flat record is the main product's
-- (the first line with its sku) or a companion's; a flat record without a basket is its main product alone.

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
    l.line ->> 'brand' as brand,
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
    l.line ->> 'brand_name' as brand,
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
    case when is_main then sale ->> 'brand_name' end as brand,
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
counted as (
  -- More than a million of a thing in one line is a misreading, not a sale.
  select
    r.*,
    case when abs(r.quantity) <= 1e6 then r.quantity end as plausible
  from renamed r
)
select
  $1::text as tenant_id,
  c.store_id,
  c.transaction_id,
  c.line_no,
  c.business_day as date_key,
  c.product_id,
  coalesce(c.product_name, p.product_name) as product_name,
  coalesce(p.brand, c.brand) as brand,
  coalesce(p.category, s.code) as category,
  coalesce(c.category_raw, p.category_raw) as category_raw,
  c.plausible as quantity,
  case when c.plausible = trunc(c.plausible) then c.plausible::integer else sign(c.plausible)::integer end as units,
  c.unit_price,
  round(c.discount, 2) as discount_amount,
  round(coalesce(c.plausible * c.unit_price - coalesce(c.discount, 0), c.stated), 2) as line_amount,
  round(case when c.stated > 0 then c.stated else c.unit_price * c.plausible end, 2) as peso_value
from counted c
left join scout.dim_product p on p.tenant_id = $1 and p.product_id = c.product_id
left join spelled s on s.pack_id = c.pack_id and s.category_raw = c.category_raw
