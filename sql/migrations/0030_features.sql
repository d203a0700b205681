-- Features of stores and customers, as of a business day: what predictions are made from, and what an analyst exports. One typed row an
-- entity, because a model reads all features of an entity at once; scout.feature_store gives the same in long form, by name.

create table scout.store_features (
  tenant_id text not null,
  store_id text not null,
  as_of date not null,
  -- First day of the longest window.
  window_from date not null,
  region text,
  active_days_28 integer not null,
  sales_28 integer not null,
  priced_sales_28 integer not null,
  net_sales_28 numeric,
  units_28 bigint not null,
  -- The 28 days before those.
  sales_before_28 integer not null,
  net_sales_before_28 numeric,
  -- Sales on Saturdays and Sundays, and by time of day, of the 84 days.
  sales_84 integer not null,
  weekend_sales_84 integer not null,
  net_sales_84 numeric,
  morning_net_sales_84 numeric,
  afternoon_net_sales_84 numeric,
  evening_net_sales_84 numeric,
  night_net_sales_84 numeric,
  -- Over the 12 weeks: mean and standard deviation of a week's sales.
  mean_week_sales numeric not null,
  deviation_week_sales numeric not null,
  days_since_sale integer not null,
  primary key (tenant_id, store_id)
);

create table scout.customer_features (
  tenant_id text not null,
  customer_id text not null,
  as_of date not null,
  window_from date not null,
  first_day date not null,
  last_day date not null,
  -- Days with a purchase.
  active_days integer not null,
  recency_days integer not null,
  -- Days between purchase days; null for a single one.
  mean_gap_days numeric,
  sales integer not null,
  priced_sales integer not null,
  net_sales numeric,
  units bigint not null,
  stores integer not null,
  main_store text not null,
  main_time_of_day text not null,
  main_category text,
  sales_90 integer not null,
  net_sales_90 numeric,
  -- As it stood when the last 60 days began, and whether a purchase followed: what churn is tested on. Null for who came later.
  before_active_days integer,
  before_first_day date,
  before_last_day date,
  bought_after boolean,
  primary key (tenant_id, customer_id)
);

call scout.protect_tenant_table('scout.store_features', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.customer_features', 'select, insert, update, delete');
