import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseExactJson, SALE_INSTANTS } from '../../../app/domain/canonical-json.ts'
import vectors from '../../fixtures/event-hash-vectors.json' with { type: 'json' }

describe('canonical JSON', () => {
  for (const { name, json, canonical, sha256 } of vectors) {
    it(`writes the shared vector "${name}" as the database does`, () => {
      const text = canonicalJson(parseExactJson(json), SALE_INSTANTS)
      expect(text).toBe(canonical)
      expect(createHash('sha256').update(text).digest('hex')).toBe(sha256)
    })
  }

  it('reads back as the value that was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), value => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), object => {
        const reversed = Object.fromEntries(Object.entries(object).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(object))
      }),
    )
  })

  it('writes every double as a plain decimal that parses to the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const text = canonicalJson(value)
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
    )
  })

  it('refuses what has no canonical form', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(expect.objectContaining({ code: 'number_imprecise' }))
    expect(() => canonicalJson('a\u0000b')).toThrow(expect.objectContaining({ code: 'sale_invalid' }))
    expect(() => canonicalJson({ note: '\ud800' })).toThrow(expect.objectContaining({ code: 'sale_invalid' }))
  })
})

describe('exact JSON parsing', () => {
  it('keeps numbers that a double holds, however they are written', () => {
    expect(parseExactJson('[30.00, 3e1, 0.1, -0.0, 1e21, 9007199254740992, 5e-324]')).toEqual([
      30, 30, 0.1, -0, 1e21, 9007199254740992, 5e-324,
    ])
  })

  it.each(['9007199254740993', '0.12345678901234567890', '1e400', '-1e400'])('refuses %s', number => {
    expect(() => parseExactJson(`{"total": ${number}}`)).toThrow(
      expect.objectContaining({ code: 'number_imprecise', details: { field: 'total', number } }),
    )
  })

  it('says when the text is not JSON', () => {
    expect(() => parseExactJson('{"total": 1')).toThrow(expect.objectContaining({ code: 'sale_malformed' }))
  })
})
