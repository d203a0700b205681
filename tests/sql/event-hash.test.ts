import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, SALE_INSTANTS } from '../../app/domain/canonical-json.ts'
import vectors from '../fixtures/event-hash-vectors.json' with { type: 'json' }
import { forEachEngine } from '../support/database.ts'

describe('scout.fn_event_hash', () => {
  forEachEngine(database => {
    it('agrees with TypeScript on the shared vectors', async () => {
      const { rows } = await database().pool.query(
        `select scout.canonical_json(v::jsonb) as canonical, encode(scout.fn_event_hash(v::jsonb), 'hex') as sha256
         from unnest($1::text[]) with ordinality as u (v, ord) order by ord`,
        [vectors.map(({ json }) => json)],
      )
      expect(rows).toEqual(vectors.map(({ canonical, sha256 }) => ({ canonical, sha256 })))
    })

    it('agrees with TypeScript on any sale that bronze can hold', async () => {
      const instant = fc
        .tuple(
          fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
          fc.integer({ min: -14, max: 14 }),
        )
        .map(([date, hours]) => {
          const zone =
            hours === 0 ? 'Z' : `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
          return date.toISOString().replace('Z', zone)
        })
      const storable = fc
        .jsonValue({ stringUnit: 'grapheme' })
        .filter(value => !JSON.stringify(value).includes('\\u0000'))
      const sale = fc.record({
        sold_at: instant,
        revised_at: fc.option(instant),
        note: storable,
        total: fc.double({ noNaN: true, noDefaultInfinity: true }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(sale, { minLength: 10, maxLength: 40 }), async sales => {
          const { rows } = await database().pool.query(
            `select encode(scout.fn_event_hash(v::jsonb), 'hex') as sha256
             from unnest($1::text[]) with ordinality as u (v, ord) order by ord`,
            [sales.map(value => JSON.stringify(value))],
          )
          const ours = sales.map(value =>
            createHash('sha256')
              .update(canonicalJson(JSON.parse(JSON.stringify(value)), SALE_INSTANTS))
              .digest('hex'),
          )
          expect(rows.map(row => row.sha256)).toEqual(ours)
        }),
        { numRuns: 15 },
      )
    })

    it('takes a number that Postgres itself would write with more digits', async () => {
      const numbers = [
        18653387456789310,
        -29497799817773510,
        237992512409710800,
        5e-324,
        1.7976931348623157e308,
        2 ** 63,
      ]
      const { rows } = await database().pool.query(
        'select scout.canonical_json(n::jsonb) as canonical from unnest($1::text[]) with ordinality as u (n, ord) order by ord',
        [numbers.map(String)],
      )
      expect(rows.map(row => row.canonical)).toEqual(numbers.map(number => canonicalJson(number)))
    })

    it('refuses a number that a double cannot hold', async () => {
      await expect(
        database().pool.query(`select scout.fn_event_hash('{"total": 9007199254740993}')`),
      ).rejects.toMatchObject({ code: '22003' })
    })
  })
})
