-- relation: scout.silver_transactions
-- grain: one sale that stands and is not void
-- key: tenant_id, store_id, transaction_id
-- inputs: scout.bronze_standing, scout.silver_line_items, scout.dim_store, scout.pack_spelling, scout.pack_time_of_day, scout.tenant, scout.geo_pack
-- kind: incremental
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- customer_id stays null until sources are pseudonymised on the way in: no transform may read a source id.

with source as materialized (
  select
    b.store_id, b.transaction_id, b.device_id, b.boot_epoch, b.seq, b.contract, b.occurred_at, b.business_day,
    b.event_data as sale, t.pack_id, t.handshake_threshold,
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
    case s.contract when 'edge.v1' then null else s.sale ->> 'customer_type' end as customer_raw,
    case s.contract when 'pos.v1' then s.sale ->> 'campaign_id' end as campaign_id,
    case when jsonb_typeof(s.sale -> 'campaign_influenced') = 'boolean'
      then (s.sale ->> 'campaign_influenced')::boolean end as campaign_influenced,
    case s.contract when 'pos.v1' then null else scout.decimal_of(s.sale -> 'handshake_score') end as handshake_score,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'basket_size') end as stated_basket,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'units_per_transaction') end as stated_units,
    case s.contract when 'flat.v1' then scout.decimal_of(s.sale -> 'peso_value') end as stated_value,
    case s.contract when 'flat.v1' then s.sale ->> 'product_category' end as category_raw
  from source s
),
spelled as materialized (
  select d.pack_id, d.kind, d.spelling, s.code
  from (
    select pack_id, 'payment_method' as kind, payment_raw as spelling from renamed where payment_raw is not null
    union
    select pack_id, 'customer_type', customer_raw from renamed where customer_raw is not null
    union
    select pack_id, 'category', category_raw from renamed where category_raw is not null
  ) d
  join scout.pack_spelling s on s.pack_id = d.pack_id and s.kind = d.kind and s.key = scout.fold(d.spelling)
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
    b.lines, b.units, b.amount,
    coalesce(b.main_category, case when b.lines is null then category.code end) as main_category,
    coalesce(case when r.stated_value > 0 then round(r.stated_value, 2) end, b.main_value) as main_value,
    coalesce(r.stated_total, b.amount) as total,
    payment.code as payment_method,
    customer.code as customer_type,
    st.channel, st.region_psgc, st.province_psgc, st.citymun_psgc
  from renamed r
  left join basket b on b.store_id = r.store_id and b.transaction_id = r.transaction_id
  left join scout.dim_store st on st.tenant_id = $1 and st.store_id = r.store_id
  left join spelled payment
    on payment.pack_id = r.pack_id and payment.kind = 'payment_method' and payment.spelling = r.payment_raw
  left join spelled customer
    on customer.pack_id = r.pack_id and customer.kind = 'customer_type' and customer.spelling = r.customer_raw
  left join spelled category
    on category.pack_id = r.pack_id and category.kind = 'category' and category.spelling = r.category_raw
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
  time_of_day,
  channel,
  null::text as customer_id,
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
  region_psgc as region,
  province_psgc as province,
  citymun_psgc as city,
  score as quality_score,
  failed as quality_failed
from judged
