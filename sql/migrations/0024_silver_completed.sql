-- Silver with everything that the three contracts can say of a sale, and what a store's day and a customer's year come to.

alter table scout.silver_transactions
  -- Hour of the day in the pack's time zone.
  add column hour smallint,
  add column request_type text,
  add column request_mode text,
  add column suggestion_offered boolean,
  add column suggestion_accepted boolean,
  add column gender text,
  add column age_bracket text,
  add column duration_seconds numeric,
  -- Whether something else was sold than was asked for; null where the source cannot know.
  add column substituted boolean,
  -- What was asked for and what was sold instead: a product of the catalogue by its name, else as written.
  add column substitution_from text,
  add column substitution_to text,
  add column substitution_from_brand text,
  add column substitution_to_brand text,
  add column substitution_reason text;
create index silver_transactions_store on scout.silver_transactions (tenant_id, store_id, date_key);
create index silver_transactions_customer on scout.silver_transactions (tenant_id, customer_id) where customer_id is not null;

alter table scout.silver_line_items
  -- Of the store, so that no join over lines is needed to place them.
  add column region text,
  add column province text,
  add column city text,
  -- What the same thing is called from line to line: its product id, else its name.
  add column product_key text,
  add column local_name text,
  -- The brand as the source wrote it. `brand` is what it was matched to: null where nothing was said, UNKNOWN where nothing matched.
  add column brand_raw text,
  -- catalogue, decision, brand, variant, near variant, near brand, unknown; stated while there is no dictionary.
  add column brand_match text,
  -- What was matched: catalogue, stated (the brand), product (its name) or local (its local name).
  add column brand_from text;

-- Counts of distinct things are of that store and day, never to be added up.
create table scout.silver_store_metrics (
  tenant_id text not null,
  date_key date not null,
  store_id text not null,
  region text,
  province text,
  city text,
  transactions integer not null,
  priced integer not null,
  -- Sales with at least one line.
  itemised integer not null,
  net_sales numeric,
  units bigint not null,
  first_sale_at timestamptz not null,
  last_sale_at timestamptz not null,
  devices integer not null,
  unique_customers integer not null,
  unique_products integer not null,
  lines integer not null,
  priced_lines integer not null,
  categorised_lines integer not null,
  -- Lines whose brand is known, among those that say anything of one.
  branded_lines integer not null,
  named_lines integer not null,
  handshakes integer not null,
  handshakes_known integer not null,
  suggestions_offered integer not null,
  suggestions_accepted integer not null,
  suggestions_known integer not null,
  substitutions integer not null,
  duration_seconds numeric,
  durations_known integer not null,
  quality_sum numeric not null,
  flagged integer not null,
  primary key (tenant_id, date_key, store_id)
);
create index silver_store_metrics_store on scout.silver_store_metrics (tenant_id, store_id, date_key);

-- Recency, frequency and money of each customer over 365 days, and the segment that they put him in.
create table scout.silver_customer_segments (
  tenant_id text not null,
  customer_id text not null,
  -- The newest business day that there was.
  as_of date not null,
  window_days integer not null,
  last_purchase_date date not null,
  recency_days integer not null,
  frequency integer not null,
  priced integer not null,
  -- Net sales of his priced sales; null when none is priced.
  monetary numeric,
  -- Quintiles, 5 the best. Ties share the lower one.
  recency_score smallint not null,
  frequency_score smallint not null,
  monetary_score smallint not null,
  segment text not null,
  primary key (tenant_id, customer_id)
);

call scout.protect_tenant_table('scout.silver_store_metrics', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.silver_customer_segments', 'select, insert, update, delete');
