import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { forEachEngine, openTestDatabase } from '../support/database.ts'
import { postgresMissing } from '../support/postgres.ts'
import { newTenant } from './bronze.ts'
import { addBrands, sampleDictionary } from './dictionary.ts'

const brands = [...new Set(sampleDictionary.map(row => row.brand))]

interface Match {
  readonly spelling: string
  readonly brand: string | null
  readonly how: string
  readonly score: number | null
  readonly candidates: string[]
}

describe('a brand', () => {
  forEachEngine(database => {
    let tenantId: TenantId
    beforeAll(async () => {
      tenantId = await newTenant(database().pool, 'brands')
      await addBrands(database().pool, tenantId)
    })

    const match = async (...spellings: string[]): Promise<Match[]> =>
      withTenant(database().pool, tenantId, async tx => {
        const { rows } = await tx.query(
          `select m.* from unnest($2::text[]) with ordinality as s (spelling, ord)
           join scout.match_brands($1, $2::text[]) m on m.spelling = s.spelling order by s.ord`,
          [tenantId, spellings],
        )
        return rows as unknown as Match[]
      })

    it.each([
      ['Coca-Cola', 'COCA COLA', 'brand'],
      ['Coke 1.5L', 'COCA COLA', 'variant'],
      ['isang koka nga po', 'COCA COLA', 'variant'],
      ['Pancit Canton Original', 'LUCKY ME', 'variant'],
      ['yelo', 'ICE', 'variant'],
      ["Jack 'n Jill", 'JACK N JILL', 'brand'],
      ['Sun Cellular load 50', 'SUN', 'brand'],
      ['cocacola', 'COCA COLA', 'near brand'],
      ['safegard', 'SAFEGUARD', 'near variant'],
    ])('%s is %s (%s)', async (spelling, brand, how) => {
      expect(await match(spelling)).toMatchObject([{ brand, how }])
    })

    it('of which the longest words win, and of equally long ones the first', async () => {
      expect(await match('ice candy', 'candy ice', 'Bread Oishi', 'Oishi Bread')).toMatchObject([
        { brand: 'CANDY' },
        { brand: 'CANDY' },
        { brand: 'BREAD' },
        { brand: 'OISHI' },
      ])
    })

    it('that several could be meant by is not guessed', async () => {
      expect(await match('red', 'Red Horse', 'yosi red')).toMatchObject([
        { brand: null, how: 'ambiguous', candidates: ['MARLBORO', 'RED HORSE'] },
        { brand: 'RED HORSE' },
        { brand: 'MARLBORO' },
      ])
    })

    it('that nothing resembles is none, with what comes closest', async () => {
      expect(await match('xylophone', 'Sanmigul', '', '!!!')).toMatchObject([
        { brand: null, how: 'none' },
        { spelling: 'Sanmigul', candidates: expect.arrayContaining(['SAN MIGUEL']) },
        { brand: null, how: 'none', candidates: [] },
        { brand: null, how: 'none', candidates: [] },
      ])
    })

    it('is found by its name and by each variant that is its alone', async () => {
      const owners = Map.groupBy(sampleDictionary, row => row.variant)
      const own = [...owners].filter(([, rows]) => new Set(rows.map(row => row.brand)).size === 1)
      const found = await match(...own.map(([variant]) => variant))
      expect(found.map(({ spelling, brand }) => [spelling, brand])).toEqual(
        own.map(([variant, rows]) => [variant, rows[0]?.brand]),
      )
      expect((await match(...brands)).map(({ brand }) => brand)).toEqual(brands)
    })

    it('matches itself: matching what was matched changes nothing, whatever is around it', async () => {
      const words = fc.constantFrom('1.5l', 'po', 'nga', 'isa', 'zzz', '250 ml', 'pabili')
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...sampleDictionary),
          fc.array(words, { maxLength: 3 }),
          fc.array(words, { maxLength: 3 }),
          async ({ variant }, before, after) => {
            const [alone, phrase] = await match(
              variant,
              [...before, variant.toUpperCase(), ...after, '?'].join(' '),
            )
            expect(phrase?.brand).toBe(alone?.brand)
            if (alone?.brand)
              expect(await match(alone.brand)).toMatchObject([{ brand: alone.brand, how: 'brand' }])
          },
        ),
        { numRuns: 40 },
      )
    })

    it('is whatever a person said of the spelling, before anything else', async () => {
      const decide = (key: string, brand: string | null) =>
        withTenant(database().pool, tenantId, tx =>
          tx.query(
            `insert into scout.brand_decision (tenant_id, key, brand, decided_by, decided_at)
             values ($1, $2, $3, 'test', now())`,
            [tenantId, key, brand],
          ),
        )
      await decide('great', 'GREAT TASTE')
      await decide('sky blue', null)
      expect(await match('GREAT!', 'sky blue', 'sky')).toMatchObject([
        { brand: 'GREAT TASTE', how: 'decision' },
        { brand: null, how: 'decision', candidates: [] },
        { brand: 'SKYFLAKES' },
      ])
    })

    it('is matched once for each spelling and then remembered', async () => {
      const known = () =>
        withTenant(database().pool, tenantId, async tx => {
          const { rows } = await tx.query(
            'select spelling, brand, how from scout.known_brands($1, $2) order by spelling',
            [tenantId, ['koka', 'nobody knows', 'koka']],
          )
          return rows
        })
      const first = await known()
      expect(first).toEqual([
        { spelling: 'koka', brand: 'COCA COLA', how: 'variant' },
        { spelling: 'nobody knows', brand: null, how: 'none' },
      ])
      expect(await known()).toEqual(first)
    })
  })

  it.skipIf(postgresMissing() !== undefined)(
    'resembles another word to the same degree on both engines',
    async () => {
      const spellings = sampleDictionary.flatMap(({ variant }) => [
        `${variant}a`,
        variant.slice(1),
        `ñ${variant}é`,
      ])
      const answers = []
      for (const engine of ['embedded', 'postgres'] as const) {
        const database = await openTestDatabase(engine)
        try {
          const tenantId = await newTenant(database.pool, 'likeness')
          await addBrands(database.pool, tenantId)
          answers.push(
            await withTenant(database.pool, tenantId, async tx => {
              const { rows } = await tx.query(
                `select to_jsonb(m)::text as row from scout.match_brands($1, $2) m order by spelling collate "C"`,
                [tenantId, spellings],
              )
              return rows
            }),
          )
        } finally {
          await database.close()
        }
      }
      expect(answers[0]?.length).toBeGreaterThan(400)
      expect(answers[0]).toEqual(answers[1])
    },
    120_000,
  )
})
