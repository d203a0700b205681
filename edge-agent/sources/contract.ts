import type { ContractName } from '../../app/contracts/device.ts'

/**
 * Which contract a sale follows, by the fields that only one of them has. A source that knows better says so:
 * `{"contract": "pos.v1", "sale": {…}}`.
 */
export function detectContract(sale: object): ContractName | undefined {
  if ('ts_utc' in sale) return 'edge.v1'
  if ('sold_at' in sale) return 'pos.v1'
  if ('timestamp' in sale) return 'flat.v1'
  return undefined
}
