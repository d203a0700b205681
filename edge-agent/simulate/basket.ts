import type { Day } from '../../app/domain/time.ts'
import { paydayFactor } from './calendar.ts'
import { type Campaign, runningIn } from './campaigns.ts'
import { Weighted } from './distributions.ts'
import { SUBSTITUTION, SUBSTITUTION_REASONS } from './ph/habits.ts'
import { MISSIONS, type Mission, type PartOfDay } from './ph/missions.ts'
import { type Need, PRODUCTS, type Product } from './ph/products.ts'
import { Random } from './random.ts'
import type { Store } from './stores.ts'

export interface BasketLine {
  readonly product: Product
  readonly quantity: number
  readonly unitCentavos: number
  /** Of the whole line. */
  readonly discountCentavos: number
}

interface Substitution {
  readonly asked: Product
  readonly given: Product
  readonly reason: string
}

export interface Basket {
  readonly lines: readonly BasketLine[]
  /** That led to the sale. */
  readonly campaign: Campaign | null
  readonly substitution: Substitution | null
}

/** Prices climb by so much a month; ours, near the inflation of food in 2025. */
const MONTHLY_PRICE_RISE = 0.0025
const CENTAVOS_STEP = 25

const reasons = new Weighted(SUBSTITUTION_REASONS, ([, share]) => share)
const productsOf = Map.groupBy(PRODUCTS, product => product.need)
const missionsAt = Object.fromEntries(
  (['morning', 'afternoon', 'evening', 'night'] as const).map(part => [
    part,
    new Weighted(MISSIONS, mission => mission.weight[part]),
  ]),
) as Readonly<Record<PartOfDay, Weighted<Mission>>>

/** Draws what people carry home from one store. */
export class Shelf {
  readonly #store: Store
  readonly #campaigns: readonly Campaign[]
  readonly #firstDay: Day
  /** How the region likes a product, compared with the country. */
  readonly #taste: ReadonlyMap<Product, number>
  #choices = new Map<Need, Weighted<Product>>()
  #running: readonly Campaign[] = []

  constructor(store: Store, campaigns: readonly Campaign[], firstDay: Day, seed: number) {
    this.#store = store
    this.#campaigns = campaigns
    this.#firstDay = firstDay
    this.#taste = new Map(
      PRODUCTS.map(product => [
        product,
        new Random(seed, 'taste', store.city.regionCode, product.id).between(0.5, 1.8) *
          new Random(seed, 'shelf', store.id, product.id).between(0.6, 1.4),
      ]),
    )
  }

  /** `habit` is what a known customer mostly comes for. */
  draw(day: Day, part: PartOfDay, habit: Mission | null, random: Random): Basket {
    this.#open(day)
    const mission = habit !== null && random.chance(0.6) ? habit : missionsAt[part].draw(random)
    const wanted = mission.wants.filter(({ chance }) => random.chance(chance))
    const wants = wanted.length > 0 ? wanted : mission.wants.slice(0, 1)
    const generous = paydayFactor(day)
    let substitution: Substitution | null = null
    let campaign: Campaign | null = null
    const lines = wants.map(({ need, most }) => {
      const asked = this.#choose(need).draw(random)
      let product = asked
      if (substitution === null && random.chance(SUBSTITUTION.chance)) {
        product = this.#choose(need).draw(random)
        const [reason] = reasons.draw(random)
        if (product !== asked) substitution = { asked, given: product, reason }
      }
      const led = this.#running.find(
        ({ products, plan }) => products.has(product) && random.chance(plan.influences),
      )
      campaign ??= led ?? null
      return this.#line(product, quantity(most, generous, random), day, led ?? null)
    })
    return { lines, campaign, substitution }
  }

  #open(day: Day): void {
    const running = runningIn(this.#campaigns, this.#store, day)
    if (running.length === this.#running.length && running.every((each, i) => each === this.#running[i]))
      return
    this.#running = running
    this.#choices = new Map()
  }

  #choose(need: Need): Weighted<Product> {
    const known = this.#choices.get(need)
    if (known !== undefined) return known
    const choice = new Weighted(productsOf.get(need) ?? [], product => {
      const lift = this.#running.find(({ products }) => products.has(product))?.plan.lift ?? 1
      return product.popularity * (this.#taste.get(product) ?? 1) * lift
    })
    this.#choices.set(need, choice)
    return choice
  }

  #line(product: Product, pieces: number, day: Day, campaign: Campaign | null): BasketLine {
    const months = Math.floor((day - this.#firstDay) / 30)
    const exact = product.srpCentavos * this.#store.markup * (1 + MONTHLY_PRICE_RISE * months)
    const unitCentavos = Math.max(CENTAVOS_STEP, Math.round(exact / CENTAVOS_STEP) * CENTAVOS_STEP)
    const discount = campaign === null ? 0 : (unitCentavos * pieces * campaign.plan.discountPercent) / 100
    return { product, quantity: pieces, unitCentavos, discountCentavos: Math.round(discount) }
  }
}

/** One is likeliest; on paydays one more. */
function quantity(most: number, generous: number, random: Random): number {
  const pieces = 1 + Math.floor(most * random.next() * random.next())
  return most > 1 && generous > 1 && random.chance((generous - 1) / 2) ? pieces + 1 : pieces
}
