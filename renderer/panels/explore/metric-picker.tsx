import { Radio, RadioGroup, Text } from 'react-aria-components'
import { METRIC_IDS, METRICS } from '../../../app/domain/metrics.ts'
import { useSelection } from '../../state/selection-store.ts'

/** Shares of baskets are chosen by kind, in a list of their own. */
const LISTED = METRIC_IDS.filter(id => id !== 'basket_share')

export function MetricPicker() {
  const metric = useSelection(state => state.question.metric)
  const ask = useSelection(state => state.ask)
  return (
    <RadioGroup
      className="metrics"
      aria-label="Measure"
      value={LISTED.find(id => id === metric) ?? null}
      onChange={chosen => ask({ metric: LISTED.find(id => id === chosen) ?? metric, cluster: null })}
    >
      {LISTED.map(id => (
        <Radio key={id} value={id} className="metric">
          {METRICS[id].label}
        </Radio>
      ))}
      <Text slot="description" className="metric-about">
        {metric === 'basket_share' ? 'Choose one to count sales again.' : METRICS[metric].description}
      </Text>
    </RadioGroup>
  )
}
