-- Personal data: one sealed table, a role of its own to read it, and who was erased.
--
-- scout_personal reads, re-seals and removes what scout.customer_personal holds, and may do nothing else at all. scout_app, the role of every
-- transform and request, can only add to it; scout_system cannot touch it.

do $$
begin
  begin
    create role scout_personal nologin noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  if not pg_has_role(current_user, 'scout_personal', 'member') then
    execute format('grant scout_personal to %I', current_user);
  end if;
end
$$;

grant usage on schema scout to scout_personal;

create table scout.customer_personal (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  -- The pseudonym: all that any other table knows.
  customer_id text not null,
  -- Keyed hash of what is sealed: the same statement again is the same row.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  -- AES-256-GCM over JSON of the source's id, names, phone, e-mail, birth date; bound to tenant and customer.
  sealed bytea not null,
  key_version integer not null check (key_version >= 1),
  stated_at timestamptz not null,
  primary key (tenant_id, customer_id, fingerprint)
);

-- A new key finds what the old one sealed.
create index customer_personal_key on scout.customer_personal (tenant_id, key_version);

call scout.protect_tenant_table('scout.customer_personal', 'insert');
drop policy system_rows on scout.customer_personal;
revoke all on scout.customer_personal from scout_system;
create policy personal_rows on scout.customer_personal as permissive for all to scout_personal
  using (tenant_id = current_setting('scout.tenant_id', true))
  with check (tenant_id = current_setting('scout.tenant_id', true));
create policy personal_wall on scout.customer_personal as restrictive for all to scout_personal
  using (tenant_id = current_setting('scout.tenant_id', true))
  with check (tenant_id = current_setting('scout.tenant_id', true));
grant select, delete on scout.customer_personal to scout_personal;
grant update (sealed, key_version) on scout.customer_personal to scout_personal;

-- Customers whose personal data were erased on request: silver names them no more, whatever bronze holds, and nothing is stored of them again.
create table scout.customer_erased (
  tenant_id text not null references scout.tenant (tenant_id) on delete cascade,
  customer_id text not null,
  erased_at timestamptz not null,
  primary key (tenant_id, customer_id)
);

call scout.protect_tenant_table('scout.customer_erased', 'select, insert');

-- What could not be read as a sale may hold anything, so its bytes are sealed as well. Null: written before, in plain.
alter table scout.bronze_refused add column key_version integer check (key_version >= 1);
grant update (raw, key_version) on scout.bronze_refused to scout_app;
