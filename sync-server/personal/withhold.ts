import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import type { PersonalKeys } from './personal-keys.ts'
import { canIdentify, IDENTIFIERS, pseudonymOf } from './pseudonyms.ts'

/** What may be known of a person, as a source wrote it; only ever stored sealed. */
export const personDetails = z.object({
  id: z.string().optional(),
  code: z.string().optional(),
  name: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  birthdate: z.string().optional(),
})
export type PersonDetails = z.infer<typeof personDetails>

/** A person under his pseudonym. */
export interface Person {
  readonly customerId: string
  readonly details: PersonDetails
}

/** A name in a sale, and what it is in a person. */
const FIELDS = [
  ['customer_id', 'id'],
  ['customer_name', 'name'],
  ['customer_phone', 'phone'],
  ['customer_email', 'email'],
] as const

/**
 * Takes out of a sale who bought and puts his pseudonym in as its `customer_id`. The sale is changed in place: it was parsed for this one
 * purpose, and may be large. All contracts have these fields at the top. A name without an id, phone or e-mail is taken out and kept nowhere:
 * nothing could ever refer to it.
 *
 * @param sale valid by its contract
 * @returns who it was; null when the sale says nothing of him, and is as it was
 */
export function withholdPersonal(sale: unknown, keys: PersonalKeys, tenant: TenantId): Person | null {
  if (typeof sale !== 'object' || sale === null) return null
  const details: { -readonly [Key in keyof PersonDetails]: PersonDetails[Key] } = {}
  let known = false
  for (const [field, key] of FIELDS) {
    const value: unknown = Reflect.get(sale, field)
    if (value === undefined || value === null) continue
    known = true
    Reflect.deleteProperty(sale, field)
    const text = String(value)
    if (text.trim() !== '') details[key] = text
  }
  if (!known) return null
  const person = personOf(details, keys, tenant)
  if (person !== null) Reflect.set(sale, 'customer_id', person.customerId)
  return person
}

/** Gives a person his pseudonym, by what identifies him best; null when nothing does. */
export function personOf(details: PersonDetails, keys: PersonalKeys, tenant: TenantId): Person | null {
  for (const kind of IDENTIFIERS) {
    const identifier = details[kind]
    if (identifier !== undefined && canIdentify(kind, identifier))
      return { customerId: pseudonymOf(keys, tenant, kind, identifier), details }
  }
  return null
}
