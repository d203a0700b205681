import { calibrated, fitIsotonic, type Isotonic } from './isotonic.ts'
import { churnScore, fitPrior, type History, type RatePrior } from './purchase-rate.ts'

/** A customer as of the day that the hold-out begins, and whether he came back in it. */
export interface Observed extends History {
  /** Hash of the customer: decides which half he is in. */
  readonly key: string
  /** 1 when he did not buy again before the horizon was over. */
  readonly churned: 0 | 1
}

/** Predicted against observed, of the customers of one tenth of the predictions. */
interface CalibrationBin {
  readonly bin: number
  readonly customers: number
  readonly predicted: number
  readonly observed: number
}

export interface ChurnModel {
  readonly prior: RatePrior
  readonly isotonic: Isotonic
  readonly fittedOn: number
  readonly testedOn: number
  /** Mean squared error of the chances on customers that nothing was fitted on. */
  readonly brier: number
  /** The same of giving everyone the overall rate. */
  readonly baseBrier: number
  readonly bins: readonly CalibrationBin[]
}

export const CHURN_DAYS = 60
const FEWEST_CUSTOMERS = 200
const BINS = 10

/**
 * Fits on one half of the customers and measures on the other. Null when there are too few, or when all of one half did the same.
 */
export function fitChurn(customers: readonly Observed[]): ChurnModel | null {
  const sorted = [...customers].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const fitted = sorted.filter((_, i) => i % 2 === 0)
  const tested = sorted.filter((_, i) => i % 2 === 1)
  if (tested.length < FEWEST_CUSTOMERS) return null
  const prior = fitPrior(fitted)
  const rate = fitted.reduce((sum, { churned }) => sum + churned, 0) / fitted.length
  if (prior === null || rate === 0 || rate === 1) return null
  const isotonic = fitIsotonic(
    fitted.map(customer => churnScore(customer, prior, CHURN_DAYS)),
    fitted.map(({ churned }) => churned),
  )
  const chances = tested.map(customer => ({
    chance: calibrated(isotonic, churnScore(customer, prior, CHURN_DAYS)),
    churned: customer.churned,
  }))
  return {
    prior,
    isotonic,
    fittedOn: fitted.length,
    testedOn: tested.length,
    brier: chances.reduce((sum, { chance, churned }) => sum + (chance - churned) ** 2, 0) / chances.length,
    baseBrier: chances.reduce((sum, { churned }) => sum + (rate - churned) ** 2, 0) / chances.length,
    bins: binned(chances),
  }
}

export function churnChance(model: ChurnModel, history: History): number {
  return calibrated(model.isotonic, churnScore(history, model.prior, CHURN_DAYS))
}

function binned(chances: readonly { readonly chance: number; readonly churned: 0 | 1 }[]): CalibrationBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const members = chances.filter(({ chance }) => Math.min(BINS - 1, Math.floor(chance * BINS)) === bin)
    const of = (value: (member: (typeof members)[number]) => number) =>
      members.reduce((sum, member) => sum + value(member), 0) / members.length
    return {
      bin,
      customers: members.length,
      predicted: of(({ chance }) => chance),
      observed: of(({ churned }) => churned),
    }
  }).filter(({ customers }) => customers > 0)
}
