-- check: what a sale says of its lines is what its lines say, and no line is without its sale
-- severity: blocking
-- parameters: $1 tenant, $2 business days (null is all of them)
select
  coalesce(s.store_id, l.store_id) as store_id,
  coalesce(s.transaction_id, l.transaction_id) as transaction_id,
  s.lines_amount as in_the_sale,
  l.amount as in_its_lines
from (
  select store_id, transaction_id, date_key, lines_amount, unique_products, item_count
  from scout.silver_transactions
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
) s
full join (
  select
    store_id, transaction_id, min(date_key) as date_key, count(*) as lines, sum(units) as units,
    case when count(line_amount) = count(*) then sum(line_amount) end as amount
  from scout.silver_line_items
  where tenant_id = $1 and ($2::date[] is null or date_key = any ($2::date[]))
  group by store_id, transaction_id
) l on l.store_id = s.store_id and l.transaction_id = s.transaction_id
where s.transaction_id is null
  or s.lines_amount is distinct from l.amount
  or s.unique_products is distinct from l.lines
  or s.item_count is distinct from l.units
  or l.date_key <> s.date_key
