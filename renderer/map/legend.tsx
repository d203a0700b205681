import './legend.css'
import { SlidersHorizontal } from 'lucide-react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { metricFormat, wholeNumber } from '../format/number.ts'
import { useAskedMetric } from '../state/asked-metric.ts'
import type { Choropleth } from '../state/choropleth.ts'
import { useChoropleth } from '../state/choropleth-store.ts'
import { useData } from '../state/data-store.ts'
import { useSelection } from '../state/selection-store.ts'
import { useTheme } from '../state/theme-store.ts'
import { Classing, METHOD_LABELS } from './classing.tsx'
import { legendRows } from './legend-rows.ts'
import { sequential } from './palette.ts'

/** Classes with their limits and how many places each holds; no data is a row of its own, never the lowest class. */
export function Legend() {
  const choropleth = useChoropleth(state => state.choropleth)
  return choropleth === null ? null : <LegendBox choropleth={choropleth} />
}

function LegendBox({ choropleth }: { choropleth: Choropleth }) {
  const theme = useTheme(state => state.theme)
  const catalogue = useData(state => state.catalogue)
  const classing = useSelection(state => state.question.classing)
  const metric = useAskedMetric(choropleth.painted.selection)
  if (catalogue === null) return null
  const { classes, painted } = choropleth
  const { pack } = catalogue
  const palette = sequential(theme, classes.counts.length)
  const rows = legendRows(classes, metricFormat(metric, pack))
  const names = pack.levels[painted.selection.level]
  return (
    <section className="legend" aria-label="Legend">
      <h2>
        {metric.label}
        {metric.denominator === 'population' ? (
          <span className="soft"> census {pack.populationYear}</span>
        ) : null}
      </h2>
      <ol>
        {[...rows].reverse().map(({ label, count, code }) => (
          <li key={code}>
            <span className="swatch" style={{ background: palette[code] }} />
            <span className="figure">{label}</span>
            <span className="figure soft">{wholeNumber(count, pack.locale)}</span>
          </li>
        ))}
        {classes.withoutClass > 0 ? (
          <li>
            <span className="swatch bare" />
            <span>{metric.unit === 'share' ? 'None known' : 'No sale'}</span>
            <span className="figure soft">{wholeNumber(classes.withoutClass, pack.locale)}</span>
          </li>
        ) : null}
      </ol>
      <DialogTrigger>
        <Button className="legend-classes">
          {names.many.split(' ')[0]}, {METHOD_LABELS[classing.method].toLowerCase()}
          <SlidersHorizontal size={13} aria-hidden />
        </Button>
        <Popover className="popover" placement="top start">
          <Dialog className="legend-dialog" aria-label="Classes">
            <Classing />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </section>
  )
}
