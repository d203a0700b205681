import type { BasketCluster } from '../../app/contracts/worker.ts'
import { METRICS, type Metric } from '../../app/domain/metrics.ts'
import type { Selection } from '../../app/domain/selection.ts'
import { useData } from './data-store.ts'

type Asked = Pick<Selection, 'metric' | 'cluster'>

/** The metric in the words of the question: a share of baskets says of which. */
export function askedMetric({ metric, cluster }: Asked, clusters: readonly BasketCluster[]): Metric {
  const asked = METRICS[metric]
  const kind = metric === 'basket_share' ? clusters.find(({ id }) => id === cluster) : undefined
  if (kind === undefined) return asked
  const name = kind.name.charAt(0).toLowerCase() + kind.name.slice(1)
  return { ...asked, label: `Share of “${name}”`, description: kind.description }
}

const NONE: readonly BasketCluster[] = []

export function useAskedMetric(asked: Asked): Metric {
  return askedMetric(
    asked,
    useData(state => state.cube?.clusters ?? NONE),
  )
}

/** Why a place that the metric can speak of has no value, in words for a cell or a legend. */
export function noValueText({ unit }: Pick<Metric, 'unit'>, sales: number): string {
  return unit === 'share' && sales > 0 ? 'Nothing known' : 'No sale'
}
