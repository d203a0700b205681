import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { edgeSale, flatSale, posSale, SALE_CONTRACTS } from '../../../app/contracts/device.ts'
import { parseExactJson } from '../../../app/domain/canonical-json.ts'

const sample = (name: string) =>
  parseExactJson(readFileSync(new URL(`../../fixtures/edge-samples/${name}`, import.meta.url), 'utf8'))

/** The three documents' transactions, each under the name of its document. */
function flatTransactions(): Array<[string, unknown]> {
  return Object.entries(
    sample('flat-transactions.json') as Record<string, { transactions: unknown }>,
  ).flatMap(([name, { transactions }]) =>
    [transactions].flat().map((sale): [string, unknown] => [name, sale]),
  )
}

describe('the edge contract', () => {
  it('takes what the devices really send', () => {
    const examples = Object.values(sample('request-examples.json') as Record<string, unknown>)
    expect(examples).toHaveLength(2)
    for (const sale of [sample('golden.json'), ...examples]) {
      expect(edgeSale.safeParse(sale)).toMatchObject({ success: true, data: sale })
    }
  })

  it('takes a sale that knows neither items nor amounts', () => {
    const heard = { transaction_id: 'T-1', store: { id: 7 }, ts_utc: '2026-11-01T01:30:00Z', items: [] }
    expect(edgeSale.parse(heard)).toEqual({ ...heard, store: { id: '7' } })
  })
})

describe('the flat contract', () => {
  it('finds four valid sales, one with a quality issue, and one invalid', () => {
    const verdicts = flatTransactions().map(([name, sale]) => [name, flatSale.safeParse(sale).success])
    expect(verdicts).toEqual([
      ['valid_single', true],
      ['valid_with_substitution', true],
      ['batch', true],
      ['batch', true],
      ['basket_size_mismatch', true],
      ['missing_required_fields', false],
    ])
  })

  it('keeps a stated basket size that disagrees with the basket: that is for the quality checks', () => {
    const disagreeing = flatTransactions()
      .map(([name, sale]) => ({ name, sale: flatSale.safeParse(sale).data }))
      .filter(({ sale }) => {
        const stated = sale?.basket_size
        return (
          stated != null &&
          stated !== sale?.combo_basket?.reduce((sum, line) => sum + Number(line.quantity), 0)
        )
      })
    expect(disagreeing.map(({ name }) => name)).toEqual(['basket_size_mismatch'])
  })

  it('names the fields that an invalid sale lacks', () => {
    const [, sale] = flatTransactions().find(([name]) => name === 'missing_required_fields') ?? []
    const problems = flatSale.safeParse(sale).error?.issues.map(issue => issue.path.join('.'))
    expect(problems).toEqual(['units_per_transaction', 'peso_value', 'request_type'])
  })
})

describe('every contract', () => {
  const pos = { transaction_id: 'T-1', store_id: 'S-1', sold_at: '2026-11-01T09:30:00', lines: [] }

  it('keeps what is unknown unknown', () => {
    expect(posSale.parse(pos)).toEqual(pos)
    expect(posSale.parse({ ...pos, total: null, payment_method: null })).toMatchObject({
      total: null,
      payment_method: null,
    })
  })

  it('keeps fields that it does not know', () => {
    expect(posSale.parse({ ...pos, till: { drawer: 3 } })).toMatchObject({ till: { drawer: 3 } })
  })

  it('takes ids as text or whole numbers and gives text', () => {
    expect(posSale.parse({ ...pos, transaction_id: 17, store_id: 1001 })).toMatchObject({
      transaction_id: '17',
      store_id: '1001',
    })
    expect(posSale.safeParse({ ...pos, transaction_id: '' }).success).toBe(false)
    expect(posSale.safeParse({ ...pos, transaction_id: 1.5 }).success).toBe(false)
  })

  it('takes an amount with more digits than a double has when it is text', () => {
    const line = { quantity: '2.000001', amount: '123456789012345.25' }
    expect(posSale.safeParse({ ...pos, lines: [line] }).success).toBe(true)
    expect(posSale.safeParse({ ...pos, total: '1,250.00' }).success).toBe(false)
    expect(posSale.safeParse({ ...pos, total: Number.NaN }).success).toBe(false)
  })

  it.each(['2026-11-01', 'yesterday', '2026-13-01T00:00:00Z', 1_700_000_000])(
    'refuses %j as a moment',
    moment => {
      expect(posSale.safeParse({ ...pos, sold_at: moment }).success).toBe(false)
    },
  )

  it('refuses what is no object', () => {
    for (const contract of Object.values(SALE_CONTRACTS)) {
      for (const nothing of [null, [], 'sale', 7]) expect(contract.safeParse(nothing).success).toBe(false)
    }
  })
})
