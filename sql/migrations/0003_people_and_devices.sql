-- Who may do what. Instants come from the server's clock as parameters: a distributed default would give several values.

create table scout.tenant (
  tenant_id text primary key check (tenant_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  pack_id text not null references scout.geo_pack (pack_id) on delete restrict,
  -- True while all its sales are synthetic: shown wherever they are.
  is_sample boolean not null default false,
  -- Set once from the handshake rule of this tenant: a score at or above it counts as triggered.
  handshake_threshold numeric(3, 2) not null default 0.5,
  created_at timestamptz not null
);

create table scout.app_user (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  user_id text not null,
  -- Lower case. Unique in the tenant; the log-in refuses an address that several tenants share.
  email text not null check (email = lower(email)),
  name text not null,
  password_hash text not null,
  role text not null check (role in ('analyst', 'manager', 'admin')),
  -- Region codes he may see; null is every region.
  regions text[] check (cardinality(regions) > 0),
  created_at timestamptz not null,
  disabled_at timestamptz,
  last_login_at timestamptz,
  primary key (tenant_id, user_id),
  unique (tenant_id, email)
);
create index app_user_email on scout.app_user (email);

-- One row a token ever issued. Rotation marks the old one used; a used one that comes again revokes its whole family.
create table scout.refresh_token (
  tenant_id text not null,
  token_id text not null,
  family_id text not null,
  user_id text not null,
  token_hash bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  replaced_by text,
  revoked_at timestamptz,
  primary key (tenant_id, token_id),
  unique (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references scout.app_user (tenant_id, user_id) on delete cascade
);
create index refresh_token_family on scout.refresh_token (tenant_id, family_id);
create index refresh_token_hash on scout.refresh_token (token_hash);

create table scout.device_claim (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  claim_id text not null,
  code_hash bytea not null,
  label text not null,
  -- Stores the device may report; null is every store of the tenant.
  store_ids text[] check (cardinality(store_ids) > 0),
  -- Sales from this business day on are welcome however late they arrive.
  backfill_from date,
  created_by text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by_device text,
  primary key (tenant_id, claim_id),
  unique (tenant_id, code_hash)
);
create index device_claim_code on scout.device_claim (code_hash);

create table scout.device (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  device_id text not null,
  claim_id text not null,
  name text not null,
  -- Raw Ed25519 key.
  public_key bytea not null check (octet_length(public_key) = 32),
  status text not null check (status in ('active', 'suspended', 'revoked')),
  -- The lowest boot epoch whose batches are taken.
  boot_epoch_floor integer not null check (boot_epoch_floor >= 1),
  store_ids text[] check (cardinality(store_ids) > 0),
  backfill_from date,
  enrolled_at timestamptz not null,
  agent_version text,
  last_contact_at timestamptz,
  backlog integer,
  clock_offset_ms bigint,
  primary key (tenant_id, device_id),
  unique (tenant_id, public_key)
);
create index device_by_id on scout.device (device_id);

-- Assertions a device has used: each `jti` counts once until it expires.
create table scout.device_assertion (
  tenant_id text not null,
  device_id text not null,
  jti text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, device_id, jti),
  foreign key (tenant_id, device_id) references scout.device (tenant_id, device_id) on delete cascade
);

-- What people and the server did; append-only.
create table scout.audit (
  tenant_id text not null,
  audit_id text not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'device', 'system')),
  actor_id text,
  action text not null,
  subject text,
  details jsonb not null default '{}',
  primary key (tenant_id, audit_id)
);
create index audit_at on scout.audit (tenant_id, at);

call scout.protect_tenant_table('scout.tenant', 'select');
call scout.protect_tenant_table('scout.app_user', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.refresh_token', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.device_claim', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.device', 'select, insert, update, delete');
call scout.protect_tenant_table('scout.device_assertion', 'select, insert, delete');
call scout.protect_tenant_table('scout.audit', 'select, insert');
