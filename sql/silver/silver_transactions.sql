-- relation: scout.silver_transactions
-- grain: one sale that stands and is not void
-- key: tenant_id, store_id, transaction_id
-- inputs: scout.bronze_standing, scout.silver_line_items, scout.dim_store, scout.dim_product, scout.brand, scout.customer_erased, scout.pack_spelling, scout.pack_time_of_day, scout.tenant, scout.geo_pack
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- customer_id is the pseudonym that bronze holds, never a source's id, and null once he was erased. A substitution names products by the catalogue's name where it knows
-- them, and brands as lines do.

with source as materialized (
  select
    b.store_id, b.transaction_id, b.device_id, b.boot_epoch, b.seq, b.contract, b.occurred_at, b.business_day,
    b.event_data as sale, t.pack_id, t.handshake_threshold,
    extract(hour from b.occurred_at at time zone p.time_zone)::smallint as hour,
    h.times[extract(hour from b.occurred_at at time zone p.time_zone)::integer + 1] as time_of_day
  from scout.bronze_standing b
  join scout.tenant t on t.tenant_id = b.tenant_id
  join scout.geo_pack p on p.pack_id = t.pack_id
  -- One array instead of a join on (pack, hour): the planner took that for one row, and went on with nested loops.
  join (
    select pack_id, array_agg(time_of_day order by hour) as times from scout.pack_time_of_day group by pack_id
  ) h on h.pack_id = t.pack_id
  where b.tenant_id = $1
    and ($2::date[] is null or b.business_day = any ($2::date[]))
    and not b.voided
),
renamed as materialized (
  select
    s.*,
    round(scout.decimal_of(
      case s.contract when 'edge.v1' then s.sale #> '{amounts,transaction_amount}' else s.sale -> 'total' end), 2
    ) as stated_total,
    round(scout.decimal_of(case s.contract when 'pos.v1' then s.sale -> 'discount' end), 2) as discount,
    round(scout.decimal_of(case s.contract when 'pos.v1' then s.sale -> 'tax' end), 2) as tax,
    case s.contract when 'edge.v1' then s.sale #>> '{request,payment_method}' else s.sale ->> 'payment_method' end
      as payment_raw,
    case when s.sale ->> 'customer_id' ~ '^c\d+_' then s.sale ->> 'customer_id' end as customer_id,
    s.sale ->> 'customer_type' as customer_raw,
    s.sale ->> 'campaign_id' as campaign_id,
    case when jsonb_typeof(s.sale -> 'campaign_influenced') = 'boolean'
      then (s.sale ->> 'campaign_influenced')::boolean end as campaign_influenced,
    case s.contract when 'pos.v1' then null else scout.decimal_of(s.sale -> 'handshake_score') end as handshake_score,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'basket_size') end as stated_basket,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'units_per_transaction') end as stated_units,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'peso_value') end as stated_value,
    case s.contract when 'flat.v1' then s.sale ->> 'product_category' end as category_raw,
    case s.contract when 'edge.v1' then s.sale #>> '{request,request_type}' else s.sale ->> 'request_type' end
      as request_type_raw,
    case s.contract when 'edge.v1' then s.sale #>> '{request,request_mode}' else s.sale ->> 'request_mode' end
      as request_mode_raw,
    case s.contract when 'edge.v1' then s.sale #>> '{request,gender}' else s.sale ->> 'gender' end as gender_raw,
    case s.contract when 'edge.v1' then s.sale #>> '{request,age_bracket}' else s.sale ->> 'age_bracket' end as age_raw,
    -- A flat record tells of a suggestion only what became of it.
    case
      when jsonb_typeof(s.sale #> '{suggestion,offered}') = 'boolean' then (s.sale #>> '{suggestion,offered}')::boolean
      when s.sale -> 'suggestion_accepted' = 'true' then true
    end as suggestion_offered,
    case jsonb_typeof(coalesce(s.sale #> '{suggestion,accepted}', s.sale -> 'suggestion_accepted'))
      when 'boolean' then coalesce(s.sale #>> '{suggestion,accepted}', s.sale ->> 'suggestion_accepted')::boolean
    end as suggestion_accepted,
    scout.decimal_of(s.sale -> 'duration_seconds') as duration,
    case s.contract
      when 'edge.v1' then case when jsonb_typeof(s.sale -> 'substitution') = 'object' then true end
      when 'flat.v1' then
        case jsonb_typeof(s.sale #> '{substitution_event,occurred}')
          when 'boolean' then (s.sale #>> '{substitution_event,occurred}')::boolean
        end
    end as substituted,
    nullif(coalesce(s.sale #>> '{substitution,asked_product_name}', s.sale #>> '{substitution_event,from_sku}'), '') as asked_product,
    nullif(coalesce(s.sale #>> '{substitution,final_product_name}', s.sale #>> '{substitution_event,to_sku}'), '') as given_product,
    nullif(s.sale #>> '{substitution,asked_brand_name}', '') as asked_brand,
    nullif(s.sale #>> '{substitution,final_brand_name}', '') as given_brand,
    nullif(coalesce(s.sale #>> '{substitution,reason}', s.sale #>> '{substitution_event,reason}'), '') as reason_raw
  from source s
),
-- What each spelling means, as one value: a join for each of eight vocabularies costs more than all the rest.
vocabulary as materialized (
  select jsonb_object_agg(d.kind || ' ' || d.spelling, s.code) as codes
  from (
    select distinct r.pack_id, t.kind, t.spelling
    from renamed r
    cross join lateral (values
      ('payment_method', r.payment_raw),
      ('customer_type', r.customer_raw),
      ('category', r.category_raw),
      ('request_type', r.request_type_raw),
      ('request_mode', r.request_mode_raw),
      ('gender', r.gender_raw),
      ('age_bracket', r.age_raw),
      ('substitution_reason', r.reason_raw)
    ) as t (kind, spelling)
    where t.spelling is not null
  ) d
  join scout.pack_spelling s on s.pack_id = d.pack_id and s.kind = d.kind and s.key = scout.fold(d.spelling)
),
-- Both ends of each flow once: what was written, by product and by brand, and what the catalogue and the dictionary know of it.
swapped as materialized (
  select w.product, w.brand, p.product_name, p.brand as catalogue_brand
  from (
    select asked_product as product, asked_brand as brand from renamed where substituted
    union
    select given_product, given_brand from renamed where substituted
  ) w
  left join scout.dim_product p on p.tenant_id = $1 and p.product_id = w.product
),
known as materialized (
  select k.spelling, k.brand
  from scout.known_brands($1, array(
    select t.spelling
    from swapped w
    cross join lateral (values (w.brand), (w.catalogue_brand), (w.product_name), (w.product)) as t (spelling)
    where t.spelling is not null
  )) k
  where exists (select 1 from scout.brand b where b.tenant_id = $1)
),
swap as materialized (
  select
    jsonb_build_array(w.product, w.brand) as said,
    coalesce(w.product_name, w.product, w.brand) as name,
    coalesce(stated.brand, catalogue.brand, w.catalogue_brand, product.brand, w.brand) as brand
  from swapped w
  -- Each once: from a materialised list alone the planner would take every one for many.
  left join (select distinct on (spelling) spelling, brand from known) stated on stated.spelling = w.brand
  left join (select distinct on (spelling) spelling, brand from known) catalogue on catalogue.spelling = w.catalogue_brand
  left join (select distinct on (spelling) spelling, brand from known) product
    on product.spelling = coalesce(w.product_name, w.product)
),
basket as materialized (
  select
    store_id, transaction_id,
    count(*)::integer as lines,
    sum(units)::integer as units,
    -- Known only when every line is.
    case when count(line_amount) = count(*) then sum(line_amount) end as amount,
    -- The main line: the largest, the first on a tie; a line of unknown amount is no larger than any other.
    (array_agg(category order by line_amount desc nulls last, line_no))[1] as main_category,
    (array_agg(peso_value order by line_amount desc nulls last, line_no))[1] as main_value
  from scout.silver_line_items
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by store_id, transaction_id
),
joined as materialized (
  select
    r.*,
    case when erased.customer_id is null then r.customer_id end as standing_customer,
    b.lines, b.units, b.amount,
    coalesce(b.main_category, case when b.lines is null then v.codes ->> ('category ' || r.category_raw) end) as main_category,
    coalesce(case when r.stated_value > 0 then round(r.stated_value, 2) end, b.main_value) as main_value,
    coalesce(r.stated_total, b.amount) as total,
    v.codes ->> ('payment_method ' || r.payment_raw) as payment_method,
    v.codes ->> ('customer_type ' || r.customer_raw) as customer_type,
    v.codes ->> ('request_type ' || r.request_type_raw) as request_type,
    v.codes ->> ('request_mode ' || r.request_mode_raw) as request_mode,
    v.codes ->> ('gender ' || r.gender_raw) as gender,
    v.codes ->> ('age_bracket ' || r.age_raw) as age_bracket,
    coalesce(v.codes ->> ('substitution_reason ' || r.reason_raw), r.reason_raw) as reason,
    asked.name as asked_name, asked.brand as asked_known_brand,
    given.name as given_name, given.brand as given_known_brand,
    st.channel, st.region_psgc, st.province_psgc, st.citymun_psgc
  from renamed r
  left join basket b on b.store_id = r.store_id and b.transaction_id = r.transaction_id
  left join scout.dim_store st on st.tenant_id = $1 and st.store_id = r.store_id
  cross join vocabulary v
  left join scout.customer_erased erased on erased.tenant_id = $1 and erased.customer_id = r.customer_id
  left join (select distinct on (said) said, name, brand from swap) asked
    on asked.said = case when r.substituted then jsonb_build_array(r.asked_product, r.asked_brand) end
  left join (select distinct on (said) said, name, brand from swap) given
    on given.said = case when r.substituted then jsonb_build_array(r.given_product, r.given_brand) end
),
checked as (
  -- The checks: true held, false failed, null does not apply.
  select
    j.*,
    j.total is not null as has_a_total,
    j.lines is not null as has_lines,
    case when j.lines is not null then j.amount is not null end as lines_are_priced,
    j.amount = j.stated_total as lines_make_the_total,
    j.units = j.stated_basket as basket_size_agrees,
    j.main_category is not null as category_is_known,
    j.payment_method is not null as payment_is_known
  from joined j
),
judged as (
  -- Quality: 1 minus the weighted share of the failed checks among those that apply. The weights are ours: what money rests on
  -- counts 3, what the lines rest on 2, what only labels a sale 1.
  select
    c.*,
    round(1 - (
      3.0 * (not has_a_total)::integer
      + 2.0 * (not has_lines)::integer
      + 2.0 * coalesce(not lines_are_priced, false)::integer
      + 3.0 * coalesce(not lines_make_the_total, false)::integer
      + 1.0 * coalesce(not basket_size_agrees, false)::integer
      + 1.0 * (not category_is_known)::integer
      + 1.0 * (not payment_is_known)::integer
    ) / (
      3.0 + 2.0 + 1.0 + 1.0
      + 2.0 * (lines_are_priced is not null)::integer
      + 3.0 * (lines_make_the_total is not null)::integer
      + 1.0 * (basket_size_agrees is not null)::integer
    ), 2) as score,
    array_remove(array[
      case when not has_a_total then 'has_a_total' end,
      case when not has_lines then 'has_lines' end,
      case when not lines_are_priced then 'lines_are_priced' end,
      case when not lines_make_the_total then 'lines_make_the_total' end,
      case when not basket_size_agrees then 'basket_size_agrees' end,
      case when not category_is_known then 'category_is_known' end,
      case when not payment_is_known then 'payment_is_known' end
    ], null) as failed
  from checked c
)
select
  $1::text as tenant_id,
  store_id,
  transaction_id,
  device_id,
  boot_epoch,
  seq,
  contract,
  occurred_at as ts,
  business_day as date_key,
  hour,
  time_of_day,
  channel,
  standing_customer as customer_id,
  customer_type,
  total as total_amount,
  discount as discount_amount,
  tax as tax_amount,
  total - coalesce(discount, 0) as net_amount,
  amount as lines_amount,
  payment_method,
  units as item_count,
  lines as unique_products,
  coalesce(case when abs(stated_units) <= 1e6 then round(stated_units)::integer end, units) as units_per_transaction,
  coalesce(units, case when abs(stated_basket) <= 1e6 then round(stated_basket)::integer end) as basket_size,
  case when abs(stated_basket) <= 1e6 then round(stated_basket)::integer end as stated_basket_size,
  main_value as peso_value,
  main_category as product_category,
  handshake_score >= handshake_threshold as handshake_triggered,
  handshake_score,
  campaign_id,
  campaign_influenced,
  request_type,
  request_mode,
  suggestion_offered,
  suggestion_accepted,
  gender,
  age_bracket,
  -- A day is no length of a sale.
  case when duration between 0 and 86400 then duration end as duration_seconds,
  substituted,
  case when substituted then asked_name end as substitution_from,
  case when substituted then given_name end as substitution_to,
  case when substituted then asked_known_brand end as substitution_from_brand,
  case when substituted then given_known_brand end as substitution_to_brand,
  case when substituted then reason end as substitution_reason,
  region_psgc as region,
  province_psgc as province,
  citymun_psgc as city,
  score as quality_score,
  failed as quality_failed
from judged
