-- The refined layers. Amounts are pesos as unconstrained numeric, rounded to the centavo by the transforms; unknown is null.
-- No foreign keys between facts: a slice is replaced as a whole, and sql/checks holds what keys would.

create table scout.silver_transactions (
  tenant_id text not null,
  store_id text not null,
  transaction_id text not null,
  -- The event whose version stands.
  device_id text not null,
  boot_epoch integer not null,
  seq bigint not null,
  contract text not null,
  ts timestamptz not null,
  date_key date not null,
  time_of_day text not null,
  channel text,
  customer_id text,
  customer_type text,
  total_amount numeric,
  discount_amount numeric,
  tax_amount numeric,
  -- total − discount, a null discount counting 0; null for an unpriced sale.
  net_amount numeric,
  -- Sum over its lines; null unless every line is priced.
  lines_amount numeric,
  payment_method text,
  item_count integer,
  unique_products integer,
  units_per_transaction integer,
  basket_size integer,
  stated_basket_size integer,
  peso_value numeric,
  product_category text,
  handshake_triggered boolean,
  handshake_score numeric,
  campaign_id text,
  campaign_influenced boolean,
  -- Codes of the places the store lies in today.
  region text,
  province text,
  city text,
  quality_score numeric(3, 2) not null,
  quality_failed text[] not null,
  primary key (tenant_id, store_id, transaction_id)
);
create index silver_transactions_day on scout.silver_transactions (tenant_id, date_key);

create table scout.silver_line_items (
  tenant_id text not null,
  store_id text not null,
  transaction_id text not null,
  line_no integer not null,
  date_key date not null,
  product_id text,
  product_name text,
  brand text,
  category text,
  category_raw text,
  quantity numeric,
  -- The quantity when it is whole; a weighed line counts one unit.
  units integer,
  unit_price numeric,
  discount_amount numeric,
  -- quantity × unit_price − discount, else what was stated.
  line_amount numeric,
  -- Stated when positive, else price × units; null when neither is known.
  peso_value numeric,
  primary key (tenant_id, store_id, transaction_id, line_no)
);
create index silver_line_items_day on scout.silver_line_items (tenant_id, date_key);
create index silver_line_items_product on scout.silver_line_items (tenant_id, product_id);

create table scout.gold_daily_metrics (
  tenant_id text not null,
  date_key date not null,
  store_id text not null,
  region text,
  transaction_count integer not null,
  priced_count integer not null,
  total_sales numeric,
  total_discount numeric,
  total_tax numeric,
  net_sales numeric,
  new_customers integer not null,
  returning_customers integer not null,
  vip_customers integer not null,
  units_sold integer not null,
  morning_sales numeric,
  afternoon_sales numeric,
  evening_sales numeric,
  night_sales numeric,
  campaign_transactions integer not null,
  campaign_sales numeric,
  primary key (tenant_id, date_key, store_id)
);

create table scout.gold_sales_cube (
  tenant_id text not null,
  region text,
  place text,
  day date not null,
  time_of_day text not null,
  channel text,
  customer_type text,
  category text,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric not null,
  units integer not null,
  constraint gold_sales_cube_key unique nulls not distinct
    (tenant_id, day, place, time_of_day, channel, customer_type, category)
);
create index gold_sales_cube_region on scout.gold_sales_cube (tenant_id, region, day);

create table scout.gold_store_days (
  tenant_id text not null,
  region text,
  place text,
  store text not null,
  day date not null,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric not null,
  units integer not null,
  primary key (tenant_id, day, store)
);
create index gold_store_days_region on scout.gold_store_days (tenant_id, region, day);

-- The reference system's choropleth: metrics joined to one copy of the boundary.
create view scout.gold_region_choropleth with (security_invoker = true) as
select
  m.tenant_id,
  m.region_key,
  p.name as region_name,
  m.day,
  b.geom,
  m.txn_count,
  m.active_stores,
  m.new_customers,
  m.peso_total,
  round(m.peso_total / nullif(m.priced_count, 0), 2) as avg_transaction_value,
  m.morning_sales,
  m.afternoon_sales,
  m.evening_sales,
  m.night_sales,
  p.area_sqkm,
  p.population,
  round(m.peso_total / nullif(p.population, 0), 6) as revenue_per_capita
from (
  select
    tenant_id,
    region as region_key,
    date_key as day,
    sum(transaction_count) as txn_count,
    sum(priced_count) as priced_count,
    count(*) as active_stores,
    sum(new_customers) as new_customers,
    sum(net_sales) as peso_total,
    sum(morning_sales) as morning_sales,
    sum(afternoon_sales) as afternoon_sales,
    sum(evening_sales) as evening_sales,
    sum(night_sales) as night_sales
  from scout.gold_daily_metrics
  where region is not null
  group by tenant_id, region, date_key
) m
join scout.geo_place p on p.code = m.region_key
left join scout.geo_boundary b on b.code = m.region_key and b.detail = 'low';

create table scout.anomaly_detection (
  tenant_id text not null,
  place text not null,
  day date not null,
  metric text not null,
  value numeric not null,
  median numeric not null,
  mad numeric not null,
  z numeric not null,
  window_days integer not null,
  primary key (tenant_id, metric, day, place)
);

call scout.protect_tenant_table('scout.silver_transactions', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.silver_line_items', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_daily_metrics', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_sales_cube', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_store_days', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.anomaly_detection', 'select, insert, update, delete');
grant select on scout.gold_region_choropleth to scout_app, scout_system;
