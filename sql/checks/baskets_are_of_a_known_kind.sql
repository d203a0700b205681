-- check: every kind of basket that sales were put into is one of the fit that stands
-- severity: blocking

select d.day, d.place, d.cluster, d.sales
from scout.basket_cluster_days d
left join scout.basket_clusters c on c.tenant_id = $1 and c.cluster = d.cluster
where d.tenant_id = $1 and ($2::date[] is null or d.day = any ($2::date[])) and c.cluster is null
