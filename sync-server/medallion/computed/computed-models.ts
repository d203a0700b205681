import type { Compute } from '../computed-model.ts'
import { computeBasketClusters } from './basket-clusters.ts'
import { computeChurnCalibration } from './churn-calibration.ts'
import { computeChurnScore } from './churn-score.ts'
import { computeDemandForecast } from './demand-forecast.ts'

/** What computes each model of kind `computed`, by relation. */
export const COMPUTED_MODELS: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ['scout.basket_clusters', computeBasketClusters],
  ['scout.churn_calibration', computeChurnCalibration],
  ['scout.churn_score', computeChurnScore],
  ['scout.demand_forecast', computeDemandForecast],
])
