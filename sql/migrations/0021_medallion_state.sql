-- What each relation of a tenant holds, what holds it to its promise, and the refresh that SQL runs by itself.

-- By which code a relation was made, and when last. Without it every plan would search the log of all runs.
create table scout.medallion_state (
  tenant_id text not null,
  relation text not null,
  -- Of the model that made it.
  sha256 text not null,
  run_id text not null,
  ran_at timestamptz not null,
  -- When last every row of it was made anew.
  whole_at timestamptz,
  primary key (tenant_id, relation)
);
call scout.protect_tenant_table('scout.medallion_state', 'select, insert, update, delete');

-- Plans and lineage ask for the runs of one model.
create index medallion_run_model on scout.medallion_run (tenant_id, model, started_at);

-- How old the newest sales were when gold had them: one row a run that found sales received since the run before.
create table scout.medallion_latency (
  tenant_id text not null,
  run_id text not null,
  refined_at timestamptz not null,
  sales bigint not null,
  -- From the entry into the device's outbox, its clock corrected by the measured offset, to the end of the run.
  p50_ms bigint not null,
  p95_ms bigint not null,
  max_ms bigint not null,
  primary key (tenant_id, run_id)
);
call scout.protect_tenant_table('scout.medallion_latency', 'select, insert, delete');

-- sql/checks and those that the models' headers imply, as the server registered them.
create table scout.medallion_check (
  name text not null primary key,
  promise text not null,
  severity text not null check (severity in ('blocking', 'warning')),
  -- Models that it reads.
  relations text[] not null,
  -- $1 tenant, $2 business days (null is all): the rows that are wrong.
  sql text not null
);
call scout.share_reference_table('scout.medallion_check');

-- What warnings found, run by run.
create table scout.medallion_warning (
  tenant_id text not null,
  run_id text not null,
  name text not null,
  found_at timestamptz not null,
  rows bigint not null,
  -- The first of them.
  examples jsonb not null,
  primary key (tenant_id, run_id, name)
);
call scout.protect_tenant_table('scout.medallion_warning', 'select, insert, delete');

-- A full rebuild makes the next table here, as scout_system: `create table as` reads in parallel and keeps no index meanwhile, which
-- `insert … select` does not. Then the owner puts it in the place of the old one.
create schema scout_build;
grant usage, create on schema scout_build to scout_system;

-- Whether `scout.replace_table` knows to carry over all that hangs on the table.
create function scout.may_be_replaced(present regclass) returns boolean
language sql stable
as $$
  select c.relkind = 'r' and c.relpersistence = 'p' and c.reloptions is null and not c.relhastriggers and not c.relhassubclass
    and not exists (select 1 from pg_extension e where e.extname = 'citus')
    and not exists (select 1 from pg_constraint k where k.contype = 'f' and present in (k.conrelid, k.confrelid))
    and not exists (select 1 from pg_inherits i where i.inhrelid = present)
    and not exists (select 1 from pg_statistic_ext s where s.stxrelid = present)
    and not exists (
      select 1 from pg_attribute a
      where a.attrelid = present and a.attnum > 0 and (a.attidentity <> '' or a.attgenerated <> '' or a.attacl is not null)
    )
    -- Only views and its own policies hang on it; other things (functions that give its rows) would go with it.
    and not exists (
      select 1 from pg_depend d
      where (d.refobjid = present or d.refobjid = c.reltype) and d.deptype = 'n' and d.classid <> 'pg_rewrite'::regclass
        and not exists (
          select 1 from pg_policy p where d.classid = 'pg_policy'::regclass and p.oid = d.objid and p.polrelid = present
        )
    )
  from pg_class c
  where c.oid = present
$$;

-- Puts `next`, a bare table with the same columns, in the place of `present`: not-null marks, defaults, keys, indexes, the wall and grants are
-- read from the catalogue, and views on it are made anew. Called by the owner of both.
create procedure scout.replace_table(present regclass, next regclass)
language plpgsql
set search_path = pg_catalog, public
as $$
declare
  schema_name constant text := (select c.relnamespace::regnamespace::text from pg_class c where c.oid = present);
  table_name constant text := (select quote_ident(c.relname) from pg_class c where c.oid = present);
  statement text;
  views jsonb;
  one jsonb;
begin
  execute format('alter table %s owner to %I', next, (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = present));
  -- All marks in one pass over the rows.
  select string_agg(format('alter column %I set not null', a.attname), ', ') into statement
  from pg_attribute a
  where a.attrelid = present and a.attnum > 0 and not a.attisdropped and a.attnotnull;
  if statement is not null then
    execute format('alter table %s %s', next, statement);
  end if;

  for statement in
    select format('alter table %s alter column %I set default %s', next, a.attname, pg_get_expr(d.adbin, d.adrelid))
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid = present
  loop
    execute statement;
  end loop;

  for statement in
    select format('alter table %s add constraint %I %s', next, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k
    where k.conrelid = present and k.contype in ('p', 'u', 'c', 'x')
    union all
    select regexp_replace(pg_get_indexdef(i.indexrelid), ' ON \S+ USING ', format(' ON %s USING ', next))
    from pg_index i
    where i.indrelid = present and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = present)
    union all
    select format(
      'create policy %I on %s as %s for %s to %s%s%s', p.policyname, next, p.permissive, p.cmd,
      (select string_agg(quote_ident(r), ', ') from unnest(p.roles) as r),
      ' using (' || p.qual || ')', ' with check (' || p.with_check || ')')
    from pg_policies p
    where format('%I.%I', p.schemaname, p.tablename)::regclass = present
    union all
    select case when c.relrowsecurity then format('alter table %s enable row level security', next) end
    from pg_class c where c.oid = present
    union all
    select case when c.relforcerowsecurity then format('alter table %s force row level security', next) end
    from pg_class c where c.oid = present
    union all
    select format('grant %s on %s to %I', g.privilege_type, next, g.grantee::regrole::text)
    from pg_class c
    cross join lateral aclexplode(c.relacl) as g
    where c.oid = present and g.grantee not in (0, c.relowner)
  loop
    continue when statement is null;
    execute statement;
  end loop;

  -- Views on it, and views on those, each after what it reads.
  with recursive upward as (
    select present::oid as relation, 0 as depth
    union
    select r.ev_class, u.depth + 1
    from upward u
    join pg_depend d on d.refobjid = u.relation and d.classid = 'pg_rewrite'::regclass and d.deptype = 'n'
    join pg_rewrite r on r.oid = d.objid and r.ev_class <> u.relation
  ),
  found as (
    select relation, max(depth) as depth from upward where depth > 0 group by relation
  )
  select jsonb_agg(
      jsonb_build_object(
        'name', f.relation::regclass::text,
        'options', array_to_string(c.reloptions, ', '),
        'body', pg_get_viewdef(f.relation),
        'grants', (
          select coalesce(
            jsonb_agg(format('grant %s on %s to %I', g.privilege_type, f.relation::regclass, g.grantee::regrole::text)), '[]')
          from aclexplode(c.relacl) as g
          where g.grantee not in (0, c.relowner)
        ))
      order by f.depth)
    into views
  from found f
  join pg_class c on c.oid = f.relation;

  for one in select v from jsonb_array_elements(views) with ordinality as e (v, n) order by n desc loop
    execute format('drop view %s', one ->> 'name');
  end loop;
  execute format('drop table %s', present);
  execute format('alter table %s set schema %s', next, schema_name);
  for one in select v from jsonb_array_elements(views) with ordinality as e (v, n) order by n loop
    execute format('create view %s %s as %s', one ->> 'name', 'with (' || (one ->> 'options') || ')', one ->> 'body');
    for statement in select jsonb_array_elements_text(one -> 'grants') loop
      execute statement;
    end loop;
  end loop;
end
$$;

-- The given days and those on which other versions of their transactions lie: a revision may have moved a sale, and it must leave
-- the one day when it enters the other.
create function scout.days_of_versions(tenant text, days date[]) returns date[]
language sql stable parallel safe
as $$
  select array(
    select d.day from unnest(days) as d (day)
    union
    select v.business_day
    from scout.bronze_events b
    join scout.bronze_events v
      on v.tenant_id = b.tenant_id and v.store_id = b.store_id and v.transaction_id = b.transaction_id
    where b.tenant_id = tenant and v.tenant_id = tenant and b.business_day = any (days) and v.business_day <> b.business_day
    order by 1
  )
$$;
