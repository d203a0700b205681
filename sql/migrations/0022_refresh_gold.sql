-- Silver, gold and platinum of one tenant, as SQL: the same statements, by the same lock and to the same end as the server's own run, for
-- who has a SQL prompt and no server. What is redone by schedule is the server's business: part of it is computed in TypeScript.
--
-- Busy is an error (55P03), never silence; a blocking check that fails is one, too (23514, its rows in the detail); then nothing is changed.
-- Under repeatable read it sees one moment of the data. Under read committed a sale that arrives meanwhile either waits for the next
-- refresh, as its note stays, or makes a check refuse this one: repeat it.

create function scout.refresh_gold(tenant text) returns table (relation text, written bigint)
language plpgsql volatile security invoker
set search_path = pg_catalog, public
as $$
#variable_conflict use_column
declare
  started constant timestamptz := clock_timestamp();
  run constant text := gen_random_uuid()::text;
  is_new constant boolean := not exists (
    select 1 from scout.medallion_run r where r.tenant_id = tenant and r.status = 'succeeded'
  );
  touched date[];
  -- Relations to make anew from the first row, as their code changed or something they read is made anew.
  whole text[] := '{}';
  slices text[];
  step_started timestamptz;
  model scout.medallion_model;
  "check" scout.medallion_check;
  violations jsonb;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('scout.medallion/' || tenant, 0)) then
    raise exception 'The data of % are being refined already.', tenant
      using errcode = 'lock_not_available', hint = 'Wait for that run to end, then repeat.';
  end if;

  -- Not while a rebuild puts a new table in the place of an old one, nor after it for who froze his moment before: he would find it empty.
  for model in select m.* from scout.medallion_model m where m.kind <> 'view' order by m.position loop
    execute format('lock table %s in row exclusive mode nowait', model.relation);
    if not exists (select 1 from pg_class c where c.oid = to_regclass(model.relation)) then
      raise exception 'The relation % was made anew after this transaction began.', model.relation
        using errcode = 'serialization_failure', hint = 'Begin a new transaction, then repeat.';
    end if;
  end loop;

  with taken as (
    delete from scout.medallion_touched_day d where d.tenant_id = tenant returning d.day
  )
  select scout.days_of_versions(tenant, array_agg(distinct t.day)) into touched from taken t;

  for model in select m.* from scout.medallion_model m order by m.position loop
    if model.kind = 'view' then
      if model.inputs && whole then
        whole := whole || model.relation;
      end if;
      continue;
    end if;
    continue when model.kind <> 'incremental';

    if model.inputs && whole or not is_new and not exists (
      select 1 from scout.medallion_state s
      where s.tenant_id = tenant and s.relation = model.relation and s.sha256 = model.sha256
    ) then
      whole := whole || model.relation;
    end if;
    slices := touched::text[];
    if model.relation = any (whole) then
      slices := null;
    elsif touched = '{}' then
      continue;
    elsif model.redo_sql is not null then
      execute replace(replace(model.redo_sql, '$2', quote_literal(touched::text)), '$1', quote_literal(tenant)) into slices;
    end if;

    step_started := clock_timestamp();
    -- Literals instead of parameters: a plan for these very days.
    execute replace(replace(model.delete_sql, '$2', quote_nullable(slices::text)), '$1', quote_literal(tenant));
    execute replace(replace(model.insert_sql, '$2', quote_nullable(slices::text)), '$1', quote_literal(tenant)) into written;
    relation := model.relation;
    insert into scout.medallion_run (
      tenant_id, run_id, model, position, status, started_at, ms, rows, inputs, code_sha256, days
    )
    values (
      tenant, run, model.relation, model.position, 'succeeded', step_started,
      (extract(epoch from clock_timestamp() - step_started) * 1000)::integer, written, model.inputs, model.sha256,
      case when slices is not null then touched end
    );
    insert into scout.medallion_state as s (tenant_id, relation, sha256, run_id, ran_at, whole_at)
    values (tenant, model.relation, model.sha256, run, started, case when slices is null then started end)
    on conflict (tenant_id, relation) do update set
      sha256 = excluded.sha256, run_id = excluded.run_id, ran_at = excluded.ran_at,
      whole_at = coalesce(excluded.whole_at, s.whole_at);
    return next;
  end loop;

  for "check" in select c.* from scout.medallion_check c where c.severity = 'blocking' order by c.name loop
    execute format('select jsonb_agg(v) from (select * from (%s) v limit 5) v', "check".sql)
      into violations using tenant, case when whole = '{}' then touched end;
    if violations is not null then
      raise exception 'The check % failed: it does not hold that %.', "check".name, "check".promise
        using errcode = 'check_violation', detail = violations::text;
    end if;
  end loop;
end
$$;
