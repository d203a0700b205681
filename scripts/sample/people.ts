import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { USER_ROLES, type UserRole, userRole } from '../../app/contracts/http.ts'
import { type RegionScope, regionScope } from '../../app/domain/geography.ts'
import { placeCode } from '../../app/domain/ids.ts'
import { writeDurably } from '../../sync-server/files/durable-write.ts'

const samplePerson = z.object({
  email: z.email(),
  name: z.string(),
  role: userRole,
  regions: regionScope,
  password: z.string(),
})
export type SamplePerson = z.infer<typeof samplePerson>

/** The manager sees two regions, so that one can watch a scope at work. */
const SCOPES: Record<UserRole, RegionScope> = {
  admin: null,
  manager: [placeCode.parse('1300000000'), placeCode.parse('0400000000')],
  analyst: null,
}

const NAMES: Record<UserRole, string> = {
  admin: 'Ada Admin',
  manager: 'Mara Manager',
  analyst: 'Ana Analyst',
}

/**
 * Who can log in to the sample. Passwords are made at the first start and kept in `people.json` of the home directory,
 * readable by its owner alone, so that every later start can print them.
 */
export async function samplePeople(home: string): Promise<SamplePerson[]> {
  const file = join(home, 'people.json')
  if (existsSync(file)) return z.array(samplePerson).parse(JSON.parse(readFileSync(file, 'utf8')))
  const people = USER_ROLES.map(role => ({
    email: `${role}@sample.scout.example`,
    name: NAMES[role],
    role,
    regions: SCOPES[role],
    password: randomBytes(9).toString('base64url'),
  }))
  await writeDurably(file, `${JSON.stringify(people, null, 2)}\n`, { mode: 0o600 })
  return people
}
