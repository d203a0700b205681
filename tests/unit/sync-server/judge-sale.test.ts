import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tenantId } from '../../../app/domain/ids.ts'
import { isErrorCode } from '../../../app/errors.ts'
import { businessTime } from '../../../sync-server/ingestion/business-time.ts'
import { isRefused, judgeSale } from '../../../sync-server/ingestion/judge-sale.ts'
import { storableJson, storableText } from '../../../sync-server/ingestion/storable-text.ts'
import { personalKeys } from '../../support/personal-keys.ts'

const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/edge-samples/${name}.json`, import.meta.url), 'utf8'))

const time = businessTime('Asia/Manila')
const arrival = { receivedAt: new Date('2025-08-15T00:00:00Z'), backfillFrom: null }
const customers = { tenantId: tenantId.parse('tindahan'), keys: personalKeys() }
const judge = (contract: string, sale: unknown) =>
  judgeSale(
    1,
    Buffer.from(JSON.stringify({ contract, recorded_at: '2025-08-14T12:31:00Z', sale })),
    time,
    arrival,
    customers,
  )

describe('a sale', () => {
  it('of the golden sample is in order', () => {
    expect(judge('edge.v1', sample('golden'))).toMatchObject({
      reasons: [],
      businessDay: '2025-08-14',
      facts: { storeId: 'STO00284', transactionId: 'TXN-20250814-102-000456' },
    })
  })

  it.each(Object.entries(sample('request-examples')))('of the example %s is readable', (_name, sale) => {
    expect(judge('edge.v1', sale)).toMatchObject({ contract: 'edge.v1' })
  })

  it('of the flat samples is in order four times, odd once and invalid once', () => {
    const documents: Record<string, { transactions: unknown }> = sample('flat-transactions')
    const verdicts = Object.values(documents)
      .flatMap(({ transactions }) => transactions)
      .map(one => judge('flat.v1', one))
      .map(verdict => (isRefused(verdict) ? verdict.code : verdict.facts.qualityIssues.join()))
    expect(verdicts.toSorted()).toEqual(['', '', '', '', 'basket_size_mismatch', 'sale_invalid'])
  })

  it('has one hash however its numbers and instants are written', () => {
    const sold = (sold_at: string, total: number) => ({
      transaction_id: 'a',
      store_id: 'b',
      sold_at,
      total,
      lines: [],
    })
    const hash = (sale: unknown) => {
      const verdict = judge('pos.v1', sale)
      return isRefused(verdict) ? verdict.code : verdict.hash.toString('hex')
    }
    expect(hash(sold('2025-08-14T12:00:00Z', 30))).toBe(hash(sold('2025-08-14T20:00:00+08:00', 30.0)))
    expect(hash(sold('2025-08-14T12:00:00Z', 30))).not.toBe(hash(sold('2025-08-14T12:00:00Z', 31)))
  })

  it('is judged or refused by a code, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array)),
      fc.json().map(text => Buffer.from(text)),
      fc
        .json()
        .map(sale =>
          Buffer.from(`{"contract":"pos.v1","recorded_at":"2025-08-14T12:31:00Z","sale":${sale}}`),
        ),
    )
    fc.assert(
      fc.property(bytes, raw => {
        const verdict = judgeSale(1, raw, time, arrival, customers)
        expect(isRefused(verdict) ? isErrorCode(verdict.code) : verdict.hash.length === 32).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map(units => String.fromCharCode(...units))

describe('text for the database', () => {
  it('holds nothing that Postgres refuses', () => {
    fc.assert(
      fc.property(codeUnits, text => {
        const safe = storableText(`${text}\u0000\ud800`)
        expect(safe.isWellFormed()).toBe(true)
        expect(safe).not.toContain('\u0000')
        expect(storableJson({ text: `${text}\u0000` })).not.toContain('\\u0000')
      }),
    )
  })
})
