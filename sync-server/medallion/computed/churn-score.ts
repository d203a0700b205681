import type { Compute, Row } from '../computed-model.ts'
import { CHURN_DAYS, type ChurnModel, churnChance, fitChurn } from './churn/churn-model.ts'
import { type CustomerRow, customerRow, historyOf, observedOf, SAMPLE } from './churn/customer-rows.ts'
import { rounded } from './rounded.ts'

const METHOD = 'silence against own pace, gamma prior, isotonic'

/** Every customer's chance of not coming back within 60 days; none when the model does no better than the overall rate. */
export const computeChurnScore: Compute = async function* (rows, signal) {
  const sample: CustomerRow[] = []
  let model: ChurnModel | null = null
  for await (const batch of rows) {
    signal?.throwIfAborted()
    const customers = batch.map(row => customerRow.parse(row))
    if (model !== null) yield scoreRows(customers, model)
    else {
      sample.push(...customers)
      if (sample.length < SAMPLE) continue
      model = usefulModel(sample)
      if (model === null) return
      yield scoreRows(sample, model)
    }
  }
  if (model !== null) return
  model = usefulModel(sample)
  if (model !== null) yield scoreRows(sample, model)
}

function usefulModel(sample: readonly CustomerRow[]): ChurnModel | null {
  const model = fitChurn(observedOf(sample))
  return model !== null && model.brier < model.baseBrier ? model : null
}

function scoreRows(customers: readonly CustomerRow[], model: ChurnModel): Row[] {
  return customers.map(row => scoreRow(row, model))
}

function scoreRow(row: CustomerRow, model: ChurnModel): Row {
  return {
    tenant_id: row.tenant_id,
    customer_id: row.customer_id,
    chance: rounded(churnChance(model, historyOf(row))),
    days: CHURN_DAYS,
    as_of: row.as_of,
    method: METHOD,
    window_from: row.window_from,
    window_to: row.as_of,
    n: model.fittedOn,
    tested_on: model.testedOn,
    brier: rounded(model.brier),
    base_brier: rounded(model.baseBrier),
  }
}
