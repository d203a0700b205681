-- Gold in full. Tables hold sums and counts; what divides is a view over them (sql/gold), and so are the names of the reference schema
-- whose columns divide.

alter table scout.gold_daily_metrics
  add column province text,
  add column city text,
  -- Sales whose number of pieces is known.
  add column basket_count integer;
create index gold_daily_metrics_store on scout.gold_daily_metrics (tenant_id, store_id, date_key);

create table scout.gold_weekly_metrics (
  tenant_id text not null,
  -- Its Monday.
  week date not null,
  store_id text not null,
  region text,
  province text,
  city text,
  active_days integer not null,
  transaction_count integer not null,
  priced_count integer not null,
  basket_count integer not null,
  total_sales numeric,
  total_discount numeric,
  total_tax numeric,
  net_sales numeric,
  new_customers integer not null,
  returning_customers integer not null,
  vip_customers integer not null,
  units_sold bigint not null,
  morning_sales numeric,
  afternoon_sales numeric,
  evening_sales numeric,
  night_sales numeric,
  campaign_transactions integer not null,
  campaign_sales numeric,
  primary key (tenant_id, week, store_id)
);

create table scout.gold_monthly_metrics (
  tenant_id text not null,
  -- Its first day.
  month date not null,
  store_id text not null,
  region text,
  province text,
  city text,
  active_days integer not null,
  transaction_count integer not null,
  priced_count integer not null,
  basket_count integer not null,
  total_sales numeric,
  total_discount numeric,
  total_tax numeric,
  net_sales numeric,
  new_customers integer not null,
  returning_customers integer not null,
  vip_customers integer not null,
  units_sold bigint not null,
  morning_sales numeric,
  afternoon_sales numeric,
  evening_sales numeric,
  night_sales numeric,
  campaign_transactions integer not null,
  campaign_sales numeric,
  primary key (tenant_id, month, store_id)
);

-- What the choropleths are views of: without it a map of a year would add up every store's days.
create table scout.gold_place_days (
  tenant_id text not null,
  -- 1 region, 2 province, 3 city or municipality.
  level smallint not null,
  place text not null,
  date_key date not null,
  transaction_count integer not null,
  priced_count integer not null,
  -- A store lies in one place, so within a day these add up over places; over days they do not.
  active_stores integer not null,
  new_customers integer not null,
  net_sales numeric,
  morning_sales numeric,
  afternoon_sales numeric,
  evening_sales numeric,
  night_sales numeric,
  primary key (tenant_id, level, date_key, place)
);

create table scout.gold_product_performance (
  tenant_id text not null,
  date_key date not null,
  region text,
  product_key text not null,
  product_name text,
  brand text,
  category text,
  lines integer not null,
  priced_lines integer not null,
  -- Sales that hold it: they add up over days and regions, not over products.
  sales integer not null,
  units bigint not null,
  quantity numeric,
  net_sales numeric,
  constraint gold_product_performance_key unique nulls not distinct (tenant_id, date_key, region, product_key)
);
create index gold_product_performance_product on scout.gold_product_performance (tenant_id, product_key, date_key);

-- How often two things lay in one basket. A thing with itself: how often it lay in any.
create table scout.gold_basket_pair_months (
  tenant_id text not null,
  month date not null,
  -- product or category.
  kind text not null,
  item_a text not null,
  item_b text not null,
  baskets integer not null,
  primary key (tenant_id, month, kind, item_a, item_b)
);

create table scout.gold_substitutions (
  tenant_id text not null,
  date_key date not null,
  region text,
  substitution_from text,
  substitution_to text,
  from_brand text,
  to_brand text,
  reason text,
  substitutions integer not null,
  constraint gold_substitutions_key unique nulls not distinct
    (tenant_id, date_key, region, substitution_from, substitution_to, from_brand, to_brand, reason)
);

create table scout.gold_request_behaviour (
  tenant_id text not null,
  date_key date not null,
  region text,
  request_type text,
  request_mode text,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric,
  suggestions_offered integer not null,
  suggestions_accepted integer not null,
  suggestions_known integer not null,
  substitutions integer not null,
  duration_seconds numeric,
  durations_known integer not null,
  constraint gold_request_behaviour_key unique nulls not distinct (tenant_id, date_key, region, request_type, request_mode)
);

create table scout.gold_demographics (
  tenant_id text not null,
  date_key date not null,
  region text,
  gender text,
  age_bracket text,
  customer_type text,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric,
  units bigint not null,
  constraint gold_demographics_key unique nulls not distinct (tenant_id, date_key, region, gender, age_bracket, customer_type)
);

create table scout.gold_customer_ltv (
  tenant_id text not null,
  customer_id text not null,
  as_of date not null,
  first_purchase_date date not null,
  last_purchase_date date not null,
  active_days integer not null,
  sales integer not null,
  priced_sales integer not null,
  -- Net sales of his priced sales so far; null when none is priced.
  total_lifetime_value numeric,
  units bigint not null,
  stores integer not null,
  -- Where and how he bought most often; of equals the first by code.
  preferred_store_id text not null,
  preferred_payment text,
  primary key (tenant_id, customer_id)
);

-- Each store over the windows that end on the newest business day: what its 30 days, vitality and momentum are views of.
create table scout.gold_store_windows (
  tenant_id text not null,
  store_id text not null,
  as_of date not null,
  region text,
  province text,
  city text,
  active_days_30 integer not null,
  transactions_30 integer not null,
  priced_30 integer not null,
  net_sales_30 numeric,
  units_30 bigint not null,
  transactions_30_before integer not null,
  net_sales_30_before numeric,
  transactions_28 integer not null,
  net_sales_28 numeric,
  -- Distinct products of each day, added up over days.
  product_days_28 integer not null,
  transactions_7 integer not null,
  net_sales_7 numeric,
  product_days_7 integer not null,
  net_sales_7_before numeric,
  suggestions_accepted_7 integer not null,
  suggestions_known_7 integer not null,
  handshakes_7 integer not null,
  handshakes_known_7 integer not null,
  last_sale_at timestamptz not null,
  primary key (tenant_id, store_id)
);

-- Products of each store over 30 days.
create table scout.gold_product_windows (
  tenant_id text not null,
  store_id text not null,
  product_key text not null,
  as_of date not null,
  window_days integer not null,
  region text,
  product_name text,
  brand text,
  category text,
  active_days integer not null,
  lines integer not null,
  units bigint not null,
  net_sales numeric,
  primary key (tenant_id, store_id, product_key)
);

call scout.protect_tenant_table('scout.gold_weekly_metrics', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_monthly_metrics', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_place_days', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_product_performance', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_basket_pair_months', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_substitutions', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_request_behaviour', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_demographics', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_customer_ltv', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_store_windows', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.gold_product_windows', 'select, insert, update, delete');
