-- relation: scout.gold_daily_metrics
-- grain: one store and business day with a sale
-- key: tenant_id, date_key, store_id
-- inputs: scout.silver_transactions
-- kind: incremental by business day
-- parameters: $1 tenant, $2 business days to redo (null is all of them)
--
-- The reference system's daily metrics, as far as they add up over days and stores. Its averages are left out: total_sales and
-- transaction_count give them for any range. new_, returning_ and vip_customers count sales to customers of that kind.

delete from scout.gold_daily_metrics
where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]));

with fresh as (
  insert into scout.gold_daily_metrics (
    tenant_id, date_key, store_id, region, transaction_count, priced_count, total_sales, total_discount, total_tax,
    net_sales, new_customers, returning_customers, vip_customers, units_sold, morning_sales, afternoon_sales,
    evening_sales, night_sales, campaign_transactions, campaign_sales
  )
  select
    $1, date_key, store_id, min(region),
    count(*), count(net_amount), sum(total_amount), sum(discount_amount), sum(tax_amount), sum(net_amount),
    count(*) filter (where customer_type = 'new'),
    count(*) filter (where customer_type = 'returning'),
    count(*) filter (where customer_type = 'vip'),
    coalesce(sum(basket_size), 0),
    sum(net_amount) filter (where time_of_day = 'morning'),
    sum(net_amount) filter (where time_of_day = 'afternoon'),
    sum(net_amount) filter (where time_of_day = 'evening'),
    sum(net_amount) filter (where time_of_day = 'night'),
    count(*) filter (where campaign_influenced),
    sum(net_amount) filter (where campaign_influenced)
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by date_key, store_id
  returning 1
)
select count(*)::integer as rows from fresh;
