-- The dimensions in full, and the raw rows that imports filled them from.

alter table scout.dim_store add column created_at timestamptz;
create index dim_store_position on scout.dim_store (tenant_id, latitude, longitude);
create index dim_store_active on scout.dim_store (tenant_id, is_active);

alter table scout.dim_product add column created_at timestamptz;
create index dim_product_barcode on scout.dim_product (tenant_id, barcode);
create index dim_product_category on scout.dim_product (tenant_id, category);
create index dim_product_active on scout.dim_product (tenant_id, is_active);

-- A customer as his owner describes him, under his pseudonym. What the reference system has here besides (customer_code, mobile_number, email,
-- first_name, last_name, birthdate) is personal: it lies sealed in scout.customer_personal and is in no column that a query can reach.
create table scout.dim_customer (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  customer_id text not null,
  gender text,
  -- A code of the pack's vocabulary, or null while nobody knows.
  customer_type text,
  loyalty_tier text,
  loyalty_points integer,
  -- As the owner's own system states them; what Scout saw itself is in the gold layer.
  first_purchase_date date,
  last_purchase_date date,
  total_lifetime_value numeric,
  preferred_store_id text,
  preferred_payment text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, customer_id)
);
create index dim_customer_type on scout.dim_customer (tenant_id, customer_type);
create index dim_customer_tier on scout.dim_customer (tenant_id, loyalty_tier);

create table scout.dim_campaign (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  campaign_id text not null,
  campaign_name text not null,
  campaign_type text,
  start_date date not null,
  end_date date not null,
  budget numeric,
  target_sales numeric,
  discount_percentage numeric,
  discount_amount numeric,
  min_purchase_amount numeric,
  -- Null is every product, every store.
  applicable_products text[],
  applicable_stores text[],
  is_active boolean,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, campaign_id),
  check (end_date >= start_date)
);
create index dim_campaign_type on scout.dim_campaign (tenant_id, campaign_type);
create index dim_campaign_dates on scout.dim_campaign (tenant_id, start_date, end_date);
create index dim_campaign_active on scout.dim_campaign (tenant_id, is_active);

-- Master data as they were written, a row a line of an imported file. The same file again is the same rows.
create table scout.bronze_store_master (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  -- SHA-256 of the file.
  file_sha256 text not null,
  line integer not null,
  row_data jsonb not null,
  source_file text not null,
  loaded_at timestamptz not null,
  primary key (tenant_id, file_sha256, line)
);
create index bronze_store_master_at on scout.bronze_store_master (tenant_id, loaded_at);

create table scout.bronze_product_catalog (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  file_sha256 text not null,
  line integer not null,
  row_data jsonb not null,
  source_file text not null,
  loaded_at timestamptz not null,
  primary key (tenant_id, file_sha256, line)
);
create index bronze_product_catalog_at on scout.bronze_product_catalog (tenant_id, loaded_at);

call scout.protect_tenant_table('scout.dim_customer', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.dim_campaign', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.bronze_store_master', 'select, insert');
call scout.protect_tenant_table('scout.bronze_product_catalog', 'select, insert');
