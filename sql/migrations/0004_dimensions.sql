-- Master data of a tenant. DBML names; the codes are resolved when a row is written (scout.norm_citymuns), the spellings kept.

create table scout.dim_store (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  store_id text not null,
  store_name text not null,
  store_code text,
  channel text,
  -- As written by whoever sent the store.
  region text,
  province text,
  city text,
  barangay text,
  address text,
  latitude numeric(10, 8),
  longitude numeric(11, 8),
  cluster_id text,
  district_id text,
  is_active boolean,
  opened_date date,
  closed_date date,
  store_size_sqm integer,
  staff_count integer,
  -- Places of today, by code: null when the spelling matched none or several.
  citymun_psgc text references scout.geo_place (code) on delete restrict,
  -- The province it lies in geographically, also for a city that belongs to none by law.
  province_psgc text references scout.geo_place (code) on delete restrict,
  region_psgc text references scout.geo_place (code) on delete restrict,
  place_match text,
  place_candidates text[],
  updated_at timestamptz not null,
  primary key (tenant_id, store_id),
  unique (tenant_id, store_code)
);
create index dim_store_citymun on scout.dim_store (tenant_id, citymun_psgc);

create table scout.dim_product (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  product_id text not null,
  product_name text not null,
  product_code text,
  barcode text,
  -- A code of the pack's vocabulary, or null while nobody knows; `category_raw` is what was written.
  category text,
  category_raw text,
  subcategory text,
  brand text,
  supplier_id text,
  unit_of_measure text,
  pack_size text,
  unit_cost numeric,
  srp numeric,
  is_active boolean,
  launch_date date,
  discontinue_date date,
  updated_at timestamptz not null,
  primary key (tenant_id, product_id),
  unique (tenant_id, product_code)
);
create index dim_product_brand on scout.dim_product (tenant_id, brand);

call scout.protect_tenant_table('scout.dim_store', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.dim_product', 'select, insert, update, delete');
