import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tenantId } from '../../../app/domain/ids.ts'
import { isPseudonym, pseudonymOf } from '../../../sync-server/personal/pseudonyms.ts'
import { openBytes, sealBytes } from '../../../sync-server/personal/seal.ts'
import { withholdPersonal } from '../../../sync-server/personal/withhold.ts'
import { personalKeys } from '../../support/personal-keys.ts'

const keys = personalKeys()
const north = tenantId.parse('north')
const south = tenantId.parse('south')
const unreadable = expect.objectContaining({ code: 'personal_unreadable' })

describe('a pseudonym', () => {
  it('is the same for the same customer, another in another tenant, and says nothing of him', () => {
    const pseudonym = pseudonymOf(keys, north, 'id', 'SUKI-0042')
    expect(pseudonym).toMatch(/^c1_[\w-]{43}$/)
    expect(isPseudonym(pseudonym)).toBe(true)
    expect(pseudonymOf(keys, north, 'id', 'SUKI-0042')).toBe(pseudonym)
    expect(pseudonymOf(keys, south, 'id', 'SUKI-0042')).not.toBe(pseudonym)
    expect(pseudonymOf(keys, north, 'phone', 'SUKI-0042')).not.toBe(pseudonym)
    expect(pseudonym).not.toContain('0042')
  })

  it('of a phone or an e-mail does not depend on how it was typed in', () => {
    const of = (kind: 'phone' | 'email', text: string) => pseudonymOf(keys, north, kind, text)
    expect(of('phone', '0917 555-0142')).toBe(of('phone', '(0917)5550142'))
    expect(of('email', ' Ana@Suki.example ')).toBe(of('email', 'ana@suki.example'))
  })
})

describe('what identifies nobody', () => {
  it.each([
    ['phone', 'n/a'],
    ['phone', '-'],
    ['phone', '0000'],
    ['phone', 'SUKI-00000042'],
    ['email', 'none'],
    ['email', 'wala @'],
  ] as const)('makes nobody a customer together with others: %s %s', (kind, text) => {
    const sale = { [`customer_${kind}`]: text, customer_name: 'Maria Santos' }
    expect(withholdPersonal(sale, keys, north)).toBeNull()
    expect(sale).toEqual({})
  })

  it('gives way to what does', () => {
    const sale = { customer_phone: 'n/a', customer_email: 'ana@suki.example' }
    expect(withholdPersonal(sale, keys, north)?.customerId).toBe(
      pseudonymOf(keys, north, 'email', 'ana@suki.example'),
    )
  })
})

describe('sealed bytes', () => {
  it('open again to what they were, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (plain, context) => {
        const sealed = sealBytes(keys, plain, context)
        expect(Buffer.from(openBytes(keys, sealed, context))).toEqual(Buffer.from(plain))
        if (plain.length > 8) expect(sealed.includes(Buffer.from(plain))).toBe(false)
      }),
    )
  })

  it('do not open elsewhere, nor when a single bit was changed, nor without their key', () => {
    const sealed = sealBytes(keys, Buffer.from('Maria Santos'), 'row 1')
    expect(() => openBytes(keys, sealed, 'row 2')).toThrow(unreadable)
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), bit => {
        const changed = Buffer.from(sealed)
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(() => openBytes(keys, changed, 'row 1')).toThrow(unreadable)
      }),
    )
    const newer = personalKeys(2)
    expect(openBytes(newer, sealed, 'row 1').toString()).toBe('Maria Santos')
    expect(() => openBytes(keys, sealBytes(newer, sealed, 'row 1'), 'row 1')).toThrow(unreadable)
    expect(() => openBytes(keys, Buffer.from('short'), 'row 1')).toThrow(unreadable)
  })

  it('are never the same twice', () => {
    const plain = Buffer.from('Maria Santos')
    expect(sealBytes(keys, plain, 'x').equals(sealBytes(keys, plain, 'x'))).toBe(false)
  })
})

describe('withholding who bought', () => {
  it('takes him out of the sale and puts his pseudonym in', () => {
    const sale = {
      transaction_id: '1',
      customer_id: 42,
      customer_name: 'Maria Santos',
      customer_phone: '0917 555 0142',
      customer_email: null,
      customer_type: 'suki',
      lines: [],
    }
    const person = withholdPersonal(sale, keys, north)
    const customerId = pseudonymOf(keys, north, 'id', '42')
    expect(person).toEqual({
      customerId,
      details: { id: '42', name: 'Maria Santos', phone: '0917 555 0142' },
    })
    expect(sale).toEqual({
      transaction_id: '1',
      customer_id: customerId,
      customer_email: null,
      customer_type: 'suki',
      lines: [],
    })
  })

  it('goes by phone, then e-mail, where the source has no id for him', () => {
    const byPhone = { customer_phone: '09175550142', customer_email: 'a@b.example' }
    expect(withholdPersonal(byPhone, keys, north)?.customerId).toBe(
      pseudonymOf(keys, north, 'phone', '09175550142'),
    )
    const byMail = { customer_id: null, customer_email: 'a@b.example' }
    expect(withholdPersonal(byMail, keys, north)?.customerId).toBe(
      pseudonymOf(keys, north, 'email', 'a@b.example'),
    )
  })

  it('keeps a name alone nowhere: it is nobody in particular', () => {
    const sale = { transaction_id: '1', customer_name: 'Maria' }
    expect(withholdPersonal(sale, keys, north)).toBeNull()
    expect(sale).toEqual({ transaction_id: '1' })
  })

  it('leaves a sale without a customer as it is', () => {
    const sale = Object.freeze({ transaction_id: '1', customer_id: null, lines: [] })
    expect(withholdPersonal(sale, keys, north)).toBeNull()
  })
})
