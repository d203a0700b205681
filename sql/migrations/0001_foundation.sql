-- The schema, the roles that every access goes through, and the wall around tenant-owned tables.
--
-- scout_app     reads and writes one tenant: owns nothing, bypasses nothing, sees no row without a claim.
-- scout_system  the server's own work across tenants (log-in, enrolment, schedules). It is a role of its own, and not the
--               connection's owner, so that it also works where the owner is no superuser and forced row security holds him.

create schema if not exists scout;

create extension if not exists postgis with schema public;

do $$
begin
  -- Roles belong to the whole cluster: another database of it may have made them already, even at this moment.
  begin
    create role scout_app nologin noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    create role scout_system nologin noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  if not pg_has_role(current_user, 'scout_app', 'member') then
    execute format('grant scout_app to %I', current_user);
  end if;
  if not pg_has_role(current_user, 'scout_system', 'member') then
    execute format('grant scout_system to %I', current_user);
  end if;
end
$$;

grant usage on schema scout to scout_app, scout_system;

-- Puts the wall around a table whose first key column is tenant_id. Two policies for scout_app on purpose: the permissive one lets
-- the tenant's rows through, the restrictive one holds even if a later migration adds a careless permissive policy.
create procedure scout.protect_tenant_table(tenant_table regclass, app_may text)
language plpgsql
as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format(
    'create policy tenant_rows on %s as permissive for all to scout_app '
    'using (tenant_id = current_setting(''scout.tenant_id'', true)) '
    'with check (tenant_id = current_setting(''scout.tenant_id'', true))', tenant_table);
  execute format(
    'create policy tenant_wall on %s as restrictive for all to scout_app '
    'using (tenant_id = current_setting(''scout.tenant_id'', true)) '
    'with check (tenant_id = current_setting(''scout.tenant_id'', true))', tenant_table);
  execute format(
    'create policy system_rows on %s as permissive for all to scout_system using (true) with check (true)',
    tenant_table);
  execute format('grant %s on %s to scout_app', app_may, tenant_table);
  execute format('grant select, insert, update, delete on %s to scout_system', tenant_table);
end
$$;

-- A table without tenant data: the application reads it, only the system writes it.
create procedure scout.share_reference_table(reference_table regclass)
language plpgsql
as $$
begin
  execute format('grant select on %s to scout_app', reference_table);
  execute format('grant select, insert, update, delete on %s to scout_system', reference_table);
end
$$;
