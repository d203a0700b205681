import { type Day, isoFromDay } from '../../app/domain/time.ts'
import { Shelf } from './basket.ts'
import type { Campaign } from './campaigns.ts'
import { type Customer, comesOn, customersOf, knownShare, typeOn } from './customers.ts'
import { logNormal, poisson, Weighted } from './distributions.ts'
import { MISSED, SALE_SECONDS } from './ph/device-kinds.ts'
import {
  AGES,
  GENDERS,
  PAYMENTS,
  REQUEST_MODES,
  REQUEST_TYPES,
  SUGGESTION,
  SUGGESTION_ACCEPTED_BY_KNOWN,
} from './ph/habits.ts'
import { HOUR_WEIGHTS, partOfDay } from './ph/hours.ts'
import { Random } from './random.ts'
import type { SimulationSettings } from './settings.ts'
import type { SimulatedSale } from './simulated-sale.ts'
import type { Store } from './stores.ts'

const DAY_MS = 86_400_000
/** Of a log-normal distribution whose 90th percentile is 1.2816 standard deviations above the median. */
const SECONDS_SIGMA = Math.log(SALE_SECONDS.p90 / SALE_SECONDS.median) / 1.2816
/** Someone who was drawn but does not come any more gives way to another, so often. */
const TRIES = 5

const share = ([, part]: readonly [string, number]) => part
const hours = new Weighted(
  HOUR_WEIGHTS.map((_, hour) => hour),
  (_, hour) => HOUR_WEIGHTS[hour] ?? 0,
)
const payments = new Weighted(PAYMENTS, share)
const modes = new Weighted(REQUEST_MODES, share)
const types = new Weighted(REQUEST_TYPES, share)
const genders = new Weighted(GENDERS, share)
const ages = new Weighted(AGES, share)

/** One store's counter: what is sold over it, day by day. */
export class Counter {
  readonly store: Store
  readonly customers: readonly Customer[]
  readonly #seed: number
  readonly #shelf: Shelf
  readonly #regulars: Weighted<Customer> | null

  constructor(store: Store, campaigns: readonly Campaign[], firstDay: Day, settings: SimulationSettings) {
    this.store = store
    this.#seed = settings.seed
    this.#shelf = new Shelf(store, campaigns, firstDay, settings.seed)
    this.customers = customersOf(store, settings)
    this.#regulars = this.customers.length > 0 ? new Weighted(this.customers, each => each.keenness) : null
  }

  /** The sales of a day, about `expected` of them, by time. */
  salesOf(day: Day, expected: number): SimulatedSale[] {
    const random = new Random(this.#seed, 'day', this.store.id, day)
    const times = Array.from({ length: poisson(random, expected) }, () => {
      return hours.draw(random) * 3_600 + random.below(3_600)
    }).sort((a, b) => a - b)
    return times.map((second, n) => this.#sale(day, second, n + 1, random))
  }

  #sale(day: Day, second: number, number: number, random: Random): SimulatedSale {
    const customer = random.chance(knownShare(this.store)) ? this.#regular(day, random) : null
    const part = partOfDay(Math.floor(second / 3_600))
    const basket = this.#shelf.draw(day, part, customer?.habit ?? null, random)
    const offered = random.chance(SUGGESTION.offered)
    const willing = customer === null ? SUGGESTION.accepted : SUGGESTION_ACCEPTED_BY_KNOWN
    const accepted = offered && random.chance(willing)
    const seen = !random.chance(MISSED.shopper)
    const [gender] = genders.draw(random)
    const [age] = ages.draw(random)
    const [payment] = payments.draw(random)
    const [requestMode] = modes.draw(random)
    const [requestType] = types.draw(random)
    const warmth = (customer === null ? 0 : 0.12) + (accepted ? 0.15 : 0)
    return {
      ...basket,
      id: `${this.store.id}-${isoFromDay(day).replaceAll('-', '')}-${String(number).padStart(3, '0')}`,
      store: this.store,
      localMs: day * DAY_MS + second * 1_000,
      customer,
      customerType: customer === null ? null : typeOn(customer, day),
      gender: seen ? (customer?.gender ?? gender) : null,
      age: seen ? (customer?.age ?? age) : null,
      payment,
      requestMode,
      requestType,
      suggestion: { offered, accepted },
      handshake: hundredths(Math.min(1, warmth + 0.1 + 0.38 * (random.next() + random.next()))),
      confidence: hundredths(1 - 0.42 * random.next() * random.next()),
      seconds: Math.round(logNormal(random, SALE_SECONDS.median, SECONDS_SIGMA) * 10) / 10,
      revisedAtMs: null,
      voided: false,
    }
  }

  #regular(day: Day, random: Random): Customer | null {
    for (let tries = 0; tries < TRIES; tries++) {
      const drawn = this.#regulars?.draw(random)
      if (drawn !== undefined && comesOn(drawn, day)) return drawn
    }
    return null
  }
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100
}
