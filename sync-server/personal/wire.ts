import type { CustomerFile as WireFile } from '../../app/contracts/http.ts'
import type { CustomerFile } from './customers.ts'

/** A customer's file as HTTP and `--json` show it. */
export function wireFile({ customerId, erasedAt, statements }: CustomerFile): WireFile {
  return {
    customer_id: customerId,
    erased_at: erasedAt?.toISOString() ?? null,
    statements: statements.map(({ details, statedAt }) => ({
      stated_at: statedAt.toISOString(),
      details: { ...details },
    })),
  }
}
