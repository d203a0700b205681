import type { Level } from '../../../app/domain/geography.ts'
import { METRICS, type MetricId } from '../../../app/domain/metrics.ts'
import type { RunningScout } from './running-scout.ts'

/** How SQL computes each metric from silver, independently of gold, partitions and the cube. */
const METRIC_SQL: Readonly<Record<Exclude<MetricId, 'basket_share'>, string>> = {
  net_sales: 'sum(s.net_amount)',
  transactions: 'count(*)',
  average_transaction_value: 'sum(s.net_amount) / nullif(count(s.net_amount), 0)',
  sales_per_head: 'sum(s.net_amount) / max(p.population)',
  active_stores: 'count(distinct s.store_id)',
}

export interface Period {
  readonly from: string
  readonly to: string
}

/** "name value" of every place of which the period has a value, sorted; the value rounded as the application writes it out. */
export async function metricByPlace(
  scout: RunningScout,
  metric: keyof typeof METRIC_SQL,
  level: Level,
  { from, to }: Period,
): Promise<string[]> {
  const { decimals } = METRICS[metric]
  const rows = await scout.query(
    `select p.name, round((${METRIC_SQL[metric]})::numeric, ${decimals})::text as value
     from scout.silver_transactions s
     join scout.geo_place p on p.code = s.${level}
     where s.tenant_id = $1 and s.date_key between $2 and $3
     group by p.name, p.code
     having (${METRIC_SQL[metric]}) is not null`,
    from,
    to,
  )
  return rows.map(row => `${row.name} ${row.value}`).sort()
}

/** Net sales of a period as the application writes them out, such as `₱3,684,441.00`. */
export async function netSales(scout: RunningScout, { from, to }: Period): Promise<string> {
  const [row] = await scout.query(
    `select to_char(sum(net_amount), 'FM999,999,999,990.00') as pesos
     from scout.silver_transactions where tenant_id = $1 and date_key between $2 and $3`,
    from,
    to,
  )
  return `₱${row?.pesos}`
}
