import './timeline.css'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { metricFormat } from '../../format/number.ts'
import { rangeText } from '../../format/time.ts'
import { useAskedMetric } from '../../state/asked-metric.ts'
import { useData } from '../../state/data-store.ts'
import { type Period, periodRange } from '../../state/question.ts'
import { useSelection } from '../../state/selection-store.ts'
import { DailyChart } from './daily-chart.tsx'

const PRESETS: ReadonlyArray<{ readonly key: string; readonly label: string; readonly period: Period }> = [
  { key: '7', label: '7 days', period: { kind: 'last', days: 7 } },
  { key: '30', label: '30 days', period: { kind: 'last', days: 30 } },
  { key: '90', label: '90 days', period: { kind: 'last', days: 90 } },
  { key: 'all', label: 'All', period: { kind: 'all' } },
]

/** Time: which days count, always in sight. */
export function Timeline() {
  const period = useSelection(state => state.question.period)
  const ask = useSelection(state => state.ask)
  const cube = useData(state => state.cube)
  const daily = useData(state => state.daily)
  const catalogue = useData(state => state.catalogue)
  const metric = useAskedMetric(useSelection(state => state.question))
  const chosen = PRESETS.find(preset => JSON.stringify(preset.period) === JSON.stringify(period))
  const days = cube?.days ?? null
  return (
    <section className="timeline" aria-label="Time">
      <div className="timeline-head">
        <h2>{metric.label} by day</h2>
        <p className="figure soft">{days === null ? '' : rangeText(periodRange(period, days))}</p>
        <ToggleButtonGroup
          className="segments"
          aria-label="Period"
          selectionMode="single"
          selectedKeys={chosen === undefined ? [] : [chosen.key]}
          onSelectionChange={keys => {
            const preset = PRESETS.find(({ key }) => keys.has(key))
            if (preset !== undefined) ask({ period: preset.period })
          }}
        >
          {PRESETS.map(({ key, label }) => (
            <ToggleButton key={key} id={key} className="segment">
              {label}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      {days === null || daily === null || catalogue === null ? (
        <div className="daily-chart" aria-busy={days !== null || cube === null} />
      ) : (
        <DailyChart bounds={days} series={daily} format={metricFormat(metric, catalogue.pack)} />
      )}
    </section>
  )
}
