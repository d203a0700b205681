import { describe, expect, it } from 'vitest'
import { claimCodeHash } from '../../../sync-server/devices/claims.ts'
import { generatePassword, hashPassword, verifyPassword } from '../../../sync-server/identity/passwords.ts'

describe('a password', () => {
  it('matches its own hash and no other', async () => {
    const hash = await hashPassword('mabuhay')
    expect(hash).toMatch(/^\$argon2id\$/)
    expect(await verifyPassword(hash, 'mabuhay')).toBe(true)
    expect(await verifyPassword(hash, 'Mabuhay')).toBe(false)
  })

  it('of nobody matches nothing and costs a real verification', async () => {
    await verifyPassword(null, 'warm-up')
    const median = async (stored: string | null) => {
      const times: number[] = []
      for (let i = 0; i < 5; i++) {
        const started = performance.now()
        expect(await verifyPassword(stored, 'wrong')).toBe(false)
        times.push(performance.now() - started)
      }
      return times.sort((a, b) => a - b)[2] ?? 0
    }
    const known = await median(await hashPassword('right'))
    expect(await median(null)).toBeGreaterThan(known / 4)
  })

  it('made by us is long and legible', () => {
    expect(generatePassword()).toMatch(/^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/)
    expect(new Set(Array.from({ length: 100 }, generatePassword)).size).toBe(100)
  })
})

describe('a claim code', () => {
  it('is one code however it was typed', () => {
    expect(claimCodeHash(' ab1o-0lii ').equals(claimCodeHash('AB10 0111'))).toBe(true)
    expect(claimCodeHash('AB10-0112').equals(claimCodeHash('AB10-0111'))).toBe(false)
  })
})
