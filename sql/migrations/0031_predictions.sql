-- What is predicted, each row with the method, the window it saw and the errors it made when it was tested. A row without a prediction says
-- why there is none; scout.prediction_outputs shows those that there are.

create table scout.demand_forecast (
  tenant_id text not null,
  store_id text not null,
  -- net_sales in the currency of the pack, or units.
  target text not null,
  -- Monday of the week that is forecast, and how many weeks it lies past the last whole one.
  week date not null,
  horizon integer not null,
  prediction numeric,
  -- Holds the value with a chance of interval_chance, as far as errors come as they came.
  lower numeric,
  upper numeric,
  interval_chance numeric,
  -- too_short, worse_than_naive, silent (no sale in the last four weeks), unpriced (under 90 % of the sales have a price).
  withheld text,
  method text,
  region text,
  window_from date not null,
  window_to date not null,
  -- Whole weeks seen.
  n integer not null,
  -- Of the origins of the back-test.
  origins integer,
  mae numeric,
  smape numeric,
  mase numeric,
  naive_mae numeric,
  primary key (tenant_id, store_id, target, week),
  check ((prediction is null) = (withheld is not null)),
  check (withheld is not null or mae <= naive_mae)
);

create table scout.churn_score (
  tenant_id text not null,
  customer_id text not null,
  -- Chance of no purchase in the days that follow as_of.
  chance numeric not null,
  days integer not null,
  as_of date not null,
  method text not null,
  window_from date not null,
  window_to date not null,
  -- Customers it was fitted on, and others that it was tested on.
  n integer not null,
  tested_on integer not null,
  brier numeric not null,
  base_brier numeric not null,
  primary key (tenant_id, customer_id),
  check (brier < base_brier)
);

create table scout.churn_calibration (
  tenant_id text not null,
  -- Tenth of the chances: 0 is [0, 0.1).
  bin integer not null,
  customers integer not null,
  predicted numeric not null,
  observed numeric not null,
  primary key (tenant_id, bin)
);

call scout.protect_tenant_table('scout.demand_forecast', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.churn_score', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.churn_calibration', 'select, insert, update, delete');
