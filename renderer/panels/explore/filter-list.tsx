import { Check, ChevronDown } from 'lucide-react'
import { Button, Checkbox, CheckboxGroup, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { CubeInfo } from '../../../app/contracts/worker.ts'
import { FILTER_DIMENSIONS, type FilterDimension, type FilterValue } from '../../../app/domain/filters.ts'
import { METRICS } from '../../../app/domain/metrics.ts'
import { DIMENSION_LABELS, valueText } from '../../format/words.ts'
import { useSelection } from '../../state/selection-store.ts'

/** Filters that can tell something: of dimensions with more than one value, one quiet row each. */
export function FilterList({ cube }: { cube: CubeInfo }) {
  const useful = FILTER_DIMENSIONS.filter(dimension => cube.values[dimension].length > 1)
  if (useful.length === 0) return null
  return (
    <section className="block" aria-labelledby="filters-title">
      <h2 id="filters-title" className="eyebrow">
        Only
      </h2>
      {useful.map(dimension => (
        <FilterRow key={dimension} dimension={dimension} values={cube.values[dimension]} />
      ))}
    </section>
  )
}

/** Form values are text: position, because null is a value too. */
function FilterRow({ dimension, values }: { dimension: FilterDimension; values: readonly FilterValue[] }) {
  const filters = useSelection(state => state.question.filters)
  const metric = useSelection(state => state.question.metric)
  const ask = useSelection(state => state.ask)
  const allowed = filters[dimension]
  const cuts = METRICS[metric].cutBy.includes(dimension)
  const choose = (chosen: readonly FilterValue[]) => {
    const { [dimension]: _, ...others } = filters
    ask({
      filters:
        chosen.length === values.length || chosen.length === 0 ? others : { ...others, [dimension]: chosen },
    })
  }
  return (
    <DialogTrigger>
      <Button className="filter" data-set={allowed !== undefined || undefined} isDisabled={!cuts}>
        <span>{DIMENSION_LABELS[dimension]}</span>
        <span className="filter-value">{cuts ? summary(allowed) : 'does not apply'}</span>
        <ChevronDown size={14} aria-hidden />
      </Button>
      <Popover className="popover" placement="right top">
        <Dialog className="filter-values" aria-label={DIMENSION_LABELS[dimension]}>
          <CheckboxGroup
            aria-label={DIMENSION_LABELS[dimension]}
            value={(allowed ?? values).map(value => String(values.indexOf(value)))}
            onChange={positions => choose(values.filter((_, i) => positions.includes(String(i))))}
          >
            {values.map((value, i) => (
              <Checkbox key={value ?? 'unknown'} value={String(i)} className="check">
                <span className="check-box">
                  <Check size={12} strokeWidth={3} aria-hidden />
                </span>
                {valueText(value)}
              </Checkbox>
            ))}
          </CheckboxGroup>
          <Button className="link" isDisabled={allowed === undefined} onPress={() => choose(values)}>
            Everything
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function summary(allowed: readonly FilterValue[] | undefined): string {
  if (allowed === undefined) return 'Everything'
  const [first = null] = allowed
  return allowed.length === 1 ? valueText(first) : `${valueText(first)} + ${allowed.length - 1}`
}
