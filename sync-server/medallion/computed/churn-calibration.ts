import type { Compute } from '../computed-model.ts'
import { fitChurn } from './churn/churn-model.ts'
import { type CustomerRow, customerRow, observedOf, SAMPLE } from './churn/customer-rows.ts'
import { rounded } from './rounded.ts'

/** What the customers of the hold-out were given against what they did, also where the scores were then withheld. */
export const computeChurnCalibration: Compute = async function* (rows) {
  const sample: CustomerRow[] = []
  for await (const batch of rows) {
    sample.push(...batch.map(row => customerRow.parse(row)))
    if (sample.length >= SAMPLE) break
  }
  const model = fitChurn(observedOf(sample))
  yield (model?.bins ?? []).map(({ bin, customers, predicted, observed }) => ({
    tenant_id: sample[0]?.tenant_id,
    bin,
    customers,
    predicted: rounded(predicted),
    observed: rounded(observed),
  }))
}
