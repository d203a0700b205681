-- What was published. Files lie in the blob store under their SHA-256; these rows say which version names which.

create table scout.dataset_index (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  -- Grows with every publication: a client never goes back.
  sequence integer not null check (sequence >= 1),
  published_at timestamptz not null,
  expires_at timestamptz not null,
  published_by text,
  note text not null,
  -- The signed envelope, byte for byte.
  envelope bytea not null,
  sha256 text not null,
  primary key (tenant_id, sequence)
);

create table scout.trust_root (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  version integer not null check (version >= 1),
  envelope bytea not null,
  sha256 text not null,
  created_at timestamptz not null,
  primary key (tenant_id, version)
);

create table scout.dataset_version (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  dataset_id text not null,
  version text not null,
  -- The publication it first stood in.
  sequence integer not null,
  published_at timestamptz not null,
  published_by text,
  schema_sha256 text not null,
  geography_vintage text not null,
  run_ids text[] not null,
  rows bigint not null,
  bytes bigint not null,
  primary key (tenant_id, dataset_id, version),
  foreign key (tenant_id, sequence) references scout.dataset_index (tenant_id, sequence) on delete cascade
    deferrable initially deferred
);

create table scout.dataset_manifest (
  tenant_id text not null,
  dataset_id text not null,
  version text not null,
  -- The region all its rows lie in; 'all' for data that belongs to no region.
  region text not null,
  envelope bytea not null,
  sha256 text not null,
  bytes integer not null,
  primary key (tenant_id, dataset_id, version, region),
  unique (tenant_id, sha256),
  foreign key (tenant_id, dataset_id, version)
    references scout.dataset_version (tenant_id, dataset_id, version) on delete cascade
);

create table scout.dataset_partition (
  tenant_id text not null,
  dataset_id text not null,
  version text not null,
  region text not null,
  position integer not null,
  sha256 text not null,
  bytes bigint not null,
  rows bigint not null,
  format text not null check (format in ('parquet', 'geojson')),
  partition_values jsonb not null,
  ranges jsonb not null,
  primary key (tenant_id, dataset_id, version, region, position),
  foreign key (tenant_id, dataset_id, version, region)
    references scout.dataset_manifest (tenant_id, dataset_id, version, region) on delete cascade
);
-- Whether a blob may be read is asked by its hash.
create index dataset_partition_sha256 on scout.dataset_partition (tenant_id, sha256);

call scout.protect_tenant_table('scout.dataset_index', 'select, insert');
call scout.protect_tenant_table('scout.trust_root', 'select, insert');
call scout.protect_tenant_table('scout.dataset_version', 'select, insert');
call scout.protect_tenant_table('scout.dataset_manifest', 'select, insert');
call scout.protect_tenant_table('scout.dataset_partition', 'select, insert');
