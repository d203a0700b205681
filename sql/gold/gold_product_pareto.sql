-- relation: scout.gold_product_pareto
-- grain: one product
-- key: tenant_id, product_key
-- inputs: scout.gold_product_performance
-- kind: view
--
-- The product mix over all days: share of net sales, cumulative from the largest on, and its class: A up to 80 % of the net sales before it,
-- B up to 95 %, C the rest. A product without a price has no share.

with total as (
  select
    tenant_id, product_key,
    min(product_name collate "C") as product_name,
    min(brand collate "C") as brand,
    min(category collate "C") as category,
    sum(sales) as sales,
    sum(units) as units,
    sum(net_sales) as net_sales,
    count(distinct date_key) as active_days,
    min(date_key) as first_day,
    max(date_key) as last_day
  from scout.gold_product_performance
  group by tenant_id, product_key
),
ordered as (
  select
    t.*,
    row_number() over largest_first as rank,
    sum(t.net_sales) over (partition by t.tenant_id) as net_sales_of_all,
    sum(t.net_sales) over (largest_first rows unbounded preceding) as net_sales_so_far
  from total t
  window largest_first as (partition by t.tenant_id order by t.net_sales desc nulls last, t.product_key collate "C")
)
select
  tenant_id,
  product_key,
  product_name,
  brand,
  category,
  sales,
  units,
  net_sales,
  active_days,
  round(units::numeric / (last_day - first_day + 1), 4) as units_a_day,
  rank,
  round(net_sales / nullif(net_sales_of_all, 0), 6) as share,
  round(net_sales_so_far / nullif(net_sales_of_all, 0), 6) as cumulative_share,
  case
    when net_sales is null then null
    when net_sales_so_far - net_sales < 0.80 * net_sales_of_all then 'A'
    when net_sales_so_far - net_sales < 0.95 * net_sales_of_all then 'B'
    else 'C'
  end as class
from ordered
