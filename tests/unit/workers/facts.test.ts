import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Facts, packFacts, unpackFacts } from '../../../workers/cube/facts.ts'
import { INTEGER_TYPES, narrowest } from '../../../workers/cube/narrowest.ts'

const column = fc
  .tuple(fc.constantFrom(...INTEGER_TYPES), fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 9 }))
  .map(([type, values]) => type.from(values))

/** Only its shape matters here: columns of any type and length among other values. */
const facts = fc
  .record({
    a: column,
    b: column,
    c: column,
    name: fc.string(),
    count: fc.integer(),
    nothing: fc.constant(null),
  })
  .map(
    ({ a, b, c, name, count, nothing }) =>
      ({
        sales: { a, name, nested: { b } },
        storeDays: { c },
        anomalies: [{ count, nothing }],
      }) as unknown as Facts,
  )

describe('facts kept as a file', () => {
  it('come back as they were', () =>
    fc.assert(
      fc.property(facts, whole => {
        expect(unpackFacts(packFacts(whole))).toEqual(whole)
      }),
    ))

  it('are refused when a byte changed or the end is missing', () =>
    fc.assert(
      fc.property(facts, fc.nat(), fc.integer({ min: 1, max: 255 }), (whole, at, flip) => {
        const file = packFacts(whole)
        expect(unpackFacts(file.slice(0, file.length - 8))).toBeNull()
        file[at % file.length] = (file[at % file.length] ?? 0) ^ flip
        expect(unpackFacts(file)).toBeNull()
      }),
    ))
})

describe('the narrowest column', () => {
  it('holds both ends exactly', () =>
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)]
        const made = narrowest(min, max, 2)
        made.set([min, max])
        expect([...made]).toEqual([min, max])
      }),
    ))
})
