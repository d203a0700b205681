import { type Day, dayFromIso } from '../../app/domain/time.ts'
import { logNormal, poisson, Weighted } from './distributions.ts'
import { AGES, GENDERS } from './ph/habits.ts'
import { MISSIONS, type Mission } from './ph/missions.ts'
import { FAMILY_NAMES, GIVEN_NAMES } from './ph/names.ts'
import { Random } from './random.ts'
import type { SimulationSettings } from './settings.ts'
import type { Store } from './stores.ts'

/** Someone whom a store knows by name. Nobody real: `example.com` and numbers that no network has given out. */
export interface Customer {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly phone: string
  readonly email: string
  readonly gender: string
  readonly age: string
  readonly born: Day
  readonly tier: 'bronze' | 'silver' | 'gold' | null
  /** Comes from this day on … */
  readonly joined: Day
  /** … until this one, when he moved away; null stays. */
  readonly left: Day | null
  /** How often he comes, compared with another of the store. */
  readonly keenness: number
  /** What he mostly comes for. */
  readonly habit: Mission
}

/** Ours. Shares of sales by someone known, by what stands on the counter: a listener knows nobody. */
const KNOWN_SHARE = { till: 0.42, camera: 0.25, phone: 0.5, listener: 0 } as const
/** Sales in a year of one known customer, in the mean. */
const VISITS = 9
/** A tenth to a third of them is lost in a year, as in any such shop; ours. */
const LEAVES = 0.3
const JOINS_MEANWHILE = 0.35
const VIP_KEENNESS = 2.6

export function knownShare(store: Store): number {
  return KNOWN_SHARE[store.device.name]
}

/** The people whom a store knows, the same however often they are asked for. */
export function customersOf(store: Store, { seed, from, days, salesPerDay }: SimulationSettings): Customer[] {
  const share = knownShare(store)
  if (share === 0) return []
  const random = new Random(seed, 'customers', store.id)
  const years = Math.max(1, days / 365)
  const expected = (salesPerDay * days * store.weight * share) / (VISITS * years)
  const genders = new Weighted(GENDERS, ([, part]) => part)
  const ages = new Weighted(AGES, ([, part]) => part)
  const habits = new Weighted(MISSIONS, mission => mission.weight.morning + mission.weight.afternoon)
  return Array.from({ length: 1 + poisson(random, expected) }, (_, n) => {
    const first = dayFromIso(from)
    const [gender] = genders.draw(random)
    const [age] = ages.draw(random)
    const firstName = random.pick(gender === 'female' ? GIVEN_NAMES.female : GIVEN_NAMES.male)
    const lastName = random.pick(FAMILY_NAMES)
    const joined = random.chance(JOINS_MEANWHILE) ? first + random.below(days) : first - random.below(900)
    const stays = Math.round(random.between(20, days))
    const keenness = logNormal(random, 1, 0.9)
    const number = Number(store.id.slice(-5)) * 1_000 + n
    return {
      id: `${store.id}-C${String(n + 1).padStart(3, '0')}`,
      firstName,
      lastName,
      phone: `0900-000-${String(number % 10_000).padStart(4, '0')}`,
      email: `${letters(firstName)}.${letters(lastName)}.${number}@example.com`,
      gender,
      age,
      born: first - Math.round(365.25 * yearsOf(age, random)),
      tier:
        keenness > VIP_KEENNESS ? 'gold' : keenness > 1.4 ? 'silver' : random.chance(0.5) ? 'bronze' : null,
      joined,
      left: random.chance(LEAVES) ? Math.max(joined, first) + stays : null,
      keenness,
      habit: habits.draw(random),
    }
  })
}

export function comesOn(customer: Customer, day: Day): boolean {
  return day >= customer.joined && (customer.left === null || day <= customer.left)
}

/** As a store would call him that day; the geography pack maps the words. */
export function typeOn(customer: Customer, day: Day): string {
  if (day < customer.joined + 30) return 'new'
  return customer.keenness > VIP_KEENNESS ? 'vip' : 'suki'
}

function yearsOf(age: string, random: Random): number {
  const low = Number(age.slice(0, 2))
  return random.between(low, low + (age === '55+' ? 25 : 9.9))
}

function letters(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase()
}
