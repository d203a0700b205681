import type { TenantId } from '../../app/domain/ids.ts'
import { keyedHash, type PersonalKeys } from './personal-keys.ts'

/** What a source knows a customer by, the best first: its own id, else his phone, else his e-mail. A name is nobody's alone. */
export const IDENTIFIERS = ['id', 'phone', 'email'] as const
export type Identifier = (typeof IDENTIFIERS)[number]

/** Of `pseudonymKey`; a customer's pseudonym begins with `c` and this. */
const KEY_VERSION = 1

/** `c1_` and 43 characters of base64url: the same for the same identifier in one tenant, unlinkable to that of another tenant. */
export function pseudonymOf(
  keys: PersonalKeys,
  tenant: TenantId,
  kind: Identifier,
  identifier: string,
): string {
  const message = `${kind}\0${kind === 'id' ? identifier : plainForm[kind](identifier)}`
  return `c${KEY_VERSION}_${keyedHash(keys, tenant, 'pseudonym', message).toString('base64url')}`
}

/**
 * Whether a text can be somebody's alone. "n/a" in a till's phone field is not: all who have it would be one customer, shown and erased
 * together.
 */
export function canIdentify(kind: Identifier, text: string): boolean {
  if (kind === 'phone') return !/\p{L}/u.test(text) && text.replace(/\D/g, '').length >= FEWEST_DIGITS
  if (kind === 'email') return /^[^@\s]+@[^@\s]+$/.test(text.trim())
  return true
}

/** Of a phone number without its area. */
const FEWEST_DIGITS = 7

export function isPseudonym(text: string): boolean {
  return /^c\d+_[\w-]{43}$/.test(text)
}

/** However it was typed in. */
const plainForm = {
  phone: (phone: string) => phone.replace(/[^\d+]/g, ''),
  email: (email: string) => email.trim().toLowerCase(),
} as const
