import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SALE_BYTES } from '../../../app/contracts/device.ts'
import { readSaleBytes, readSaleLines, readSales } from '../../../edge-agent/sources/read-sales.ts'
import { posSale, posText } from './support/sales.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/edge-samples/${name}`, import.meta.url), 'utf8')

/** `contract` of a good sale, error code of a bad one. */
const verdicts = (text: string) =>
  readSales(text).map(read => (read.ok ? read.sale.contract : read.error.code))

describe('reading sales from JSON', () => {
  it('knows the three contracts by their shape', () => {
    expect(verdicts(posText(1))).toEqual(['pos.v1'])
    expect(verdicts(fixture('golden.json'))).toEqual(['edge.v1'])
    const flat = Object.values(JSON.parse(fixture('flat-transactions.json'))).flatMap(document =>
      verdicts(JSON.stringify(document)),
    )
    expect(flat).toEqual(['flat.v1', 'flat.v1', 'flat.v1', 'flat.v1', 'flat.v1', 'sale_invalid'])
  })

  it('lets a source name the contract', () => {
    const [read] = readSales(`{"contract":"pos.v1","sale": ${posText(1)} ,"from":"till"}`)
    expect(read).toEqual({ ok: true, sale: { contract: 'pos.v1', sale: posText(1) } })
    expect(verdicts(`{"contract":"pos.v9","sale":${posText(1)}}`)).toEqual(['contract_unknown'])
    expect(verdicts(`{"contract":"edge.v1","sale":${posText(1)}}`)).toEqual(['sale_invalid'])
  })

  it('takes one sale, an array, and a document of transactions, and no bad one spoils another', () => {
    const bad = { hello: 'world' }
    expect(verdicts(JSON.stringify([posSale(1), bad, 7, [], posSale(2)]))).toEqual([
      'pos.v1',
      'contract_unknown',
      'sale_invalid',
      'sale_invalid',
      'pos.v1',
    ])
    expect(verdicts('[]')).toEqual([])
    expect(verdicts('')).toEqual(['sale_malformed'])
    expect(verdicts('{"transactions":7}')).toEqual(['sale_invalid'])
  })

  it('refuses numbers that would change, text that no database keeps, and bytes that are not UTF-8', () => {
    expect(verdicts(posText(1).replace('"total":25', '"total":9007199254740993'))).toEqual([
      'number_imprecise',
    ])
    expect(verdicts(posText(1).replace('Kape', 'Ka\\u0000pe'))).toEqual(['sale_invalid'])
    expect(verdicts(posText(1).replace('Kape', 'Ka\\ud800pe'))).toEqual(['sale_invalid'])
    const latin1 = Buffer.from(posText('Señora'), 'latin1')
    expect(readSaleBytes(latin1)).toMatchObject([
      { ok: false, error: { code: 'sale_malformed' }, raw: latin1 },
    ])
  })

  it('takes a sale that just fits into a line of the limit and refuses one byte more', () => {
    const room = MAX_SALE_BYTES - 128 - posText(1, { note: '' }).length
    expect(verdicts(posText(1, { note: 'x'.repeat(room) }))).toEqual(['pos.v1'])
    expect(verdicts(posText(1, { note: 'x'.repeat(room + 1) }))).toEqual(['sale_too_large'])
  })

  it('says which field of which contract is wrong', () => {
    const [read] = readSales(posText(1, { lines: [{ quantity: 'two' }] }))
    expect(read).toMatchObject({
      ok: false,
      contract: 'pos.v1',
      error: {
        code: 'sale_invalid',
        details: { contract: 'pos.v1', fields: [{ field: 'lines.0.quantity' }] },
      },
    })
  })

  it('refuses millions at once as a whole, in every form', () => {
    const ones = '1,'.repeat(1 << 20)
    for (const text of [`[${ones}1]`, `{"transactions":[${ones}1]}`]) {
      expect(readSales(text)).toMatchObject([{ ok: false, error: { code: 'body_too_large' } }])
    }
    expect(readSaleLines(Buffer.from('1\n'.repeat(1 << 20)))).toMatchObject([
      { ok: false, error: { code: 'body_too_large' } },
    ])
    const many = `[${Array.from({ length: 20_000 }, (_, index) => posText(index)).join(',')}]`
    expect(readSales(many).filter(read => read.ok)).toHaveLength(20_000)
  })

  it('cuts every sale out of an array with its text as it came', () => {
    const member = fc.tuple(fc.string(), fc.jsonValue()).map(([name, value]) => ({ [`x-${name}`]: value }))
    const layout = fc.constantFrom(undefined, 1, 2, '\t')
    fc.assert(
      fc.property(fc.array(fc.tuple(member, layout), { maxLength: 5 }), layout, (members, outer) => {
        const texts = members.map(([more, space], index) => JSON.stringify(posSale(index, more), null, space))
        const gap = outer === undefined ? '' : '\r\n '
        const read = readSales(`${gap}[${texts.map(text => gap + text + gap).join(',')}]${gap}`)
        expect(read.map(item => item.ok && item.sale.sale)).toEqual(
          texts.map(text => text.replaceAll('\n', ' ')),
        )
      }),
      { numRuns: 200 },
    )
  })
})
