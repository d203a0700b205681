import { type Day, dayFromIso, isoFromDay } from '../../app/domain/time.ts'
import { CAMPAIGN_PLANS, type CampaignPlan } from './ph/campaign-plans.ts'
import { PRODUCTS, type Product } from './ph/products.ts'
import { Random } from './random.ts'
import type { SimulationSettings } from './settings.ts'
import type { Store } from './stores.ts'

export interface Campaign {
  readonly id: string
  readonly plan: CampaignPlan
  readonly from: Day
  readonly to: Day
  readonly products: ReadonlySet<Product>
  /** Ids; null is every store. */
  readonly stores: ReadonlySet<string> | null
}

/** The campaigns of which some day lies in the simulation, oldest first. */
export function makeCampaigns(
  stores: readonly Store[],
  { seed, from, days }: SimulationSettings,
): Campaign[] {
  const first = dayFromIso(from)
  const last = first + days - 1
  const years = [Number(from.slice(0, 4)) - 1]
  while ((years.at(-1) ?? 0) < Number(isoFromDay(last).slice(0, 4))) years.push((years.at(-1) ?? 0) + 1)
  return years
    .flatMap(year => CAMPAIGN_PLANS.map(plan => ofYear(plan, year, stores, seed)))
    .filter(campaign => campaign.to >= first && campaign.from <= last)
    .sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
}

function ofYear(plan: CampaignPlan, year: number, stores: readonly Store[], seed: number): Campaign {
  const takesPart = (store: Store) => new Random(seed, 'campaign', plan.key, store.id).chance(plan.storeShare)
  return {
    id: `CMP-${year}-${plan.key}`,
    plan,
    from: dayFromIso(`${year}-${plan.from}`),
    to: dayFromIso(`${plan.to < plan.from ? year + 1 : year}-${plan.to}`),
    products: new Set(
      PRODUCTS.filter(
        product => plan.needs.includes(product.need) && (plan.brands?.includes(product.brand) ?? true),
      ),
    ),
    stores: plan.storeShare < 1 ? new Set(stores.filter(takesPart).map(store => store.id)) : null,
  }
}

/** Those that run in a store on a day. */
export function runningIn(campaigns: readonly Campaign[], store: Store, day: Day): Campaign[] {
  return campaigns.filter(
    ({ from, to, stores }) => day >= from && day <= to && (stores?.has(store.id) ?? true),
  )
}
