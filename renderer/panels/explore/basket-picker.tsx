import { Radio, RadioGroup, Text } from 'react-aria-components'
import type { CubeInfo } from '../../../app/contracts/worker.ts'
import { useSelection } from '../../state/selection-store.ts'

/** Kinds of baskets that were found: choosing one paints its share of the baskets. Nothing where there are none. */
export function BasketPicker({ cube }: { cube: CubeInfo }) {
  const { metric, cluster } = useSelection(state => state.question)
  const ask = useSelection(state => state.ask)
  const kinds = cube.clusters.filter(({ found }) => found)
  const [first] = kinds
  if (first === undefined) return null
  const chosen = metric === 'basket_share' ? kinds.find(({ id }) => id === cluster) : undefined
  const about = chosen ?? first
  return (
    <RadioGroup
      className="metrics baskets"
      aria-labelledby="baskets-title"
      value={chosen?.id ?? null}
      onChange={id => ask({ metric: 'basket_share', cluster: id })}
    >
      <h2 id="baskets-title" className="eyebrow baskets-title">
        Share of baskets
      </h2>
      {kinds.map(({ id, name }) => (
        <Radio key={id} value={id} className="metric">
          {name}
        </Radio>
      ))}
      <Text slot="description" className="metric-about">
        {chosen === undefined
          ? `Kinds of baskets, found in ${first.sample} of them.`
          : `${chosen.description} ${howSure(about.silhouette, about.stability)}`}
      </Text>
    </RadioGroup>
  )
}

/** The silhouette's author calls 0.5 a reasonable and 0.7 a strong structure. */
function howSure(silhouette: number | null, stability: number): string {
  const apart = silhouette === null ? '' : `Silhouette ${silhouette.toFixed(2)}, `
  return `${apart}${apart === '' ? 'S' : 's'}tability ${stability.toFixed(2)}.`
}
