-- publishes: gold.sale_lines
-- grain: sale, line
-- inputs: scout.gold_sale_lines
-- parameters: $1 tenant
--
-- Rows in the order in which they are published, partition (region, month) by partition. A sale is numbered within its partition, so that its lines
-- stand side by side and no till's number leaves the server; customers are pseudonyms. A sale whose place is unknown lies in no region and is not
-- published.

select
  region,
  to_char(date_key, 'YYYY-MM') as month,
  dense_rank() over (
    partition by region collate "C", to_char(date_key, 'YYYY-MM') collate "C"
    order by date_key, store_id collate "C", transaction_id collate "C"
  ) as sale,
  line_no as line,
  city as place,
  store_id as store,
  date_key - date '1970-01-01' as day,
  hour,
  time_of_day,
  channel,
  payment_method,
  customer_type,
  customer_id as customer,
  gender,
  age_bracket,
  request_type,
  request_mode,
  suggestion_accepted,
  substituted,
  campaign_id as campaign,
  campaign_influenced,
  product_key as product,
  product_name,
  brand,
  category,
  units,
  round(line_amount, 2)::double precision as line_amount,
  round(sale_net_amount, 2)::double precision as sale_net,
  sale_units
from scout.gold_sale_lines
where tenant_id = $1
  and region is not null
  and city is not null
order by
  region collate "C",
  to_char(date_key, 'YYYY-MM') collate "C",
  date_key,
  store_id collate "C",
  transaction_id collate "C",
  line_no
