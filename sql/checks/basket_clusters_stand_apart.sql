-- check: the kinds of baskets stand apart (mean silhouette 0.25 or more) and come back from half of the sample (stability 0.6 or more)
-- severity: warning

select distinct fit, fit_silhouette, stability, n
from scout.basket_clusters
where tenant_id = $1 and (fit_silhouette < 0.25 or stability < 0.6)
  and ($2::date[] is null or true)
