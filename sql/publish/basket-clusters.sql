-- publishes: platinum.basket_clusters
-- grain: place, day, cluster
-- inputs: scout.basket_cluster_days, scout.basket_clusters
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, year) by partition. What a cluster is stands in every row of it: as
-- words of a dictionary that costs next to nothing, and each region's files explain themselves.

select
  d.region,
  to_char(d.day, 'YYYY') as year,
  d.place,
  d.day - date '1970-01-01' as day,
  d.cluster,
  d.sales,
  d.priced_sales,
  round(d.net_sales, 2)::double precision as net_sales,
  c.name,
  c.description,
  c.position,
  c.silhouette::double precision as silhouette,
  c.stability::double precision as stability,
  c.n as sample
from scout.basket_cluster_days d
join scout.basket_clusters c on c.tenant_id = d.tenant_id and c.cluster = d.cluster
where d.tenant_id = $1
  and d.region is not null
  and d.place is not null
order by
  d.region collate "C",
  to_char(d.day, 'YYYY') collate "C",
  d.place collate "C",
  d.day,
  d.cluster collate "C"
