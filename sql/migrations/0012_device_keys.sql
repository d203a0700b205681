-- Keys that follow one another, and what a device says about itself.

-- Every key that a device ever showed: so that an old one is told from an unknown one. The row of a key is never taken away once the
-- key was used.
create table scout.device_key (
  tenant_id text not null,
  device_id text not null,
  -- Raw Ed25519 key.
  public_key bytea not null check (octet_length(public_key) = 32),
  added_at timestamptz not null,
  -- When something that it had signed was first taken.
  first_used_at timestamptz,
  -- A successor was announced: until then this one is still taken.
  valid_until timestamptz,
  -- Its successor was used. Whoever signs with this one later holds a copy.
  replaced_at timestamptz,
  primary key (tenant_id, device_id, public_key),
  unique (tenant_id, public_key),
  foreign key (tenant_id, device_id) references scout.device (tenant_id, device_id) on delete cascade
);
call scout.protect_tenant_table('scout.device_key', 'select, insert, update, delete');

set local role scout_system;
insert into scout.device_key (tenant_id, device_id, public_key, added_at, first_used_at)
select tenant_id, device_id, public_key, enrolled_at, enrolled_at from scout.device
on conflict do nothing;
reset role;

alter table scout.device
  drop column public_key,
  -- As of the last batch; see app/contracts/device.ts.
  add column outbox_bytes bigint,
  add column outbox_max_bytes bigint,
  add column dropped_sales bigint,
  add column dropped_since timestamptz;
