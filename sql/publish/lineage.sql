-- reads: the runs whose output stands in a model: its newest full run and the incremental ones since (the newest hundred)
-- grain: run
-- inputs: scout.medallion_run
-- parameters: $1 tenant, $2 model

select r.run_id
from scout.medallion_run r
where r.tenant_id = $1
  and r.model = $2
  and r.status = 'succeeded'
  and r.started_at >= coalesce(
    (
      select max(f.started_at)
      from scout.medallion_run f
      where f.tenant_id = $1 and f.model = $2 and f.status = 'succeeded' and f.days is null
    ),
    '-infinity'
  )
order by r.started_at desc, r.run_id
limit 100
