import { Radio, RadioGroup, Text } from 'react-aria-components'
import { METRIC_IDS, METRICS } from '../../../app/domain/metrics.ts'
import { useSelection } from '../../state/selection-store.ts'

export function MetricPicker() {
  const metric = useSelection(state => state.question.metric)
  const ask = useSelection(state => state.ask)
  return (
    <RadioGroup
      className="metrics"
      aria-label="Measure"
      value={metric}
      onChange={chosen => ask({ metric: METRIC_IDS.find(id => id === chosen) ?? metric })}
    >
      {METRIC_IDS.map(id => (
        <Radio key={id} value={id} className="metric">
          {METRICS[id].label}
        </Radio>
      ))}
      <Text slot="description" className="metric-about">
        {METRICS[metric].description}
      </Text>
    </RadioGroup>
  )
}
