import { type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { DailySeries } from '../../../app/contracts/worker.ts'
import { METRICS } from '../../../app/domain/metrics.ts'
import type { Day, DayRange } from '../../../app/domain/time.ts'
import { type MetricFormat, metricFormat } from '../../format/number.ts'
import { weekdayText } from '../../format/time.ts'
import { anomalyReason } from '../../format/words.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { periodRange } from '../../state/question.ts'
import { useSelection } from '../../state/selection-store.ts'
import { shownAnomalies } from '../../state/shown-anomalies.ts'
import { useTheme } from '../../state/theme-store.ts'
import { beginDrag, type Drag, dragged, gripAt } from './brush.ts'
import { drawTimeline, timelineColours } from './draw.ts'
import { RangeHandles } from './range-handles.tsx'
import { type DayScale, dayAt, dayX } from './scale.ts'

const MOST_REASONS = 3
const AXIS_ROOM = 56
const CURSORS = { from: 'ew-resize', to: 'ew-resize', move: 'grab', draw: 'crosshair' } as const

/** The daily bars with their brush, on a canvas that is drawn in the pointer's own event. */
export function DailyChart({
  bounds,
  series,
  format,
}: {
  bounds: DayRange
  series: DailySeries
  format: MetricFormat
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<Drag | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [hovered, setHovered] = useState<Day | null>(null)
  const period = useSelection(state => state.question.period)
  const preview = useSelection(state => state.preview)
  const settle = useSelection(state => state.settle)
  const theme = useTheme(state => state.theme)
  const anomalies = useAnomalies()
  const range = periodRange(period, bounds)
  const scale: DayScale = useMemo(
    () => ({ bounds, left: AXIS_ROOM, right: Math.max(AXIS_ROOM + 1, size.width - 16) }),
    [bounds, size.width],
  )

  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read from the document
  useLayoutEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element == null || context == null || size.width === 0) return
    if (
      element.width !== size.width * devicePixelRatio ||
      element.height !== size.height * devicePixelRatio
    ) {
      element.width = size.width * devicePixelRatio
      element.height = size.height * devicePixelRatio
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const days = new Map(Array.from(anomalies, ([day, reasons]) => [day, reasons.length]))
    const colours = timelineColours(element)
    drawTimeline(context, {
      scale,
      height: size.height,
      series,
      range,
      hovered,
      anomalies: days,
      colours,
      axisText: value => format.compact(value).replace(/\.0+(?=\D|$)/, ''),
    })
  }, [scale, size, series, range.from, range.to, hovered, anomalies, format, theme])

  const xOf = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left
  const press = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = beginDrag(scale, range, xOf(event))
    setHovered(null)
  }
  const move = (event: PointerEvent<HTMLElement>) => {
    const x = xOf(event)
    if (drag.current === null) {
      event.currentTarget.style.cursor = CURSORS[gripAt(scale, range, x)]
      setHovered(dayAt(scale, x))
      return
    }
    const next = dragged(drag.current, scale, x)
    if (next.from !== range.from || next.to !== range.to) preview({ period: { kind: 'between', ...next } })
  }
  const release = () => {
    if (drag.current === null) return
    drag.current = null
    settle()
  }
  const reasons = hovered === null ? [] : (anomalies.get(hovered) ?? [])
  const value = hovered === null ? Number.NaN : (series.values[hovered - series.from] ?? Number.NaN)
  return (
    <div className="daily-chart">
      <canvas
        ref={canvas}
        className="daily-canvas"
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={release}
        onPointerCancel={release}
        onPointerLeave={() => setHovered(null)}
      />
      <RangeHandles bounds={bounds} range={range} scale={scale} />
      {hovered === null ? null : (
        <div
          className="day-tip"
          style={{ left: dayX(scale, hovered) }}
          data-side={dayX(scale, hovered) > size.width / 2 ? 'left' : 'right'}
        >
          <span className="soft">{weekdayText(hovered)}</span>
          <strong className="figure">{Number.isFinite(value) ? format.exact(value) : 'No sale'}</strong>
          {reasons.slice(0, MOST_REASONS).map(reason => (
            <span key={reason} className="day-tip-reason">
              <span className="diamond" aria-hidden="true" /> {reason}
            </span>
          ))}
          {reasons.length > MOST_REASONS ? (
            <span className="soft">and {reasons.length - MOST_REASONS} more places</span>
          ) : null}
        </div>
      )}
    </div>
  )
}

/** Why each unusual day stands out, for the place in question or for every region. */
function useAnomalies(): ReadonlyMap<Day, readonly string[]> {
  const cube = useData(state => state.cube)
  const catalogue = useData(state => state.catalogue)
  const within = useSelection(state => state.question.within)
  const metric = useSelection(state => state.question.metric)
  return useMemo(() => {
    const byDay = new Map<Day, string[]>()
    if (cube === null || catalogue === null) return byDay
    const gazetteer = gazetteerOf(catalogue)
    const format = metricFormat(METRICS[metric === 'transactions' ? metric : 'net_sales'], catalogue.pack)
    for (const anomaly of shownAnomalies(cube.anomalies, metric)) {
      if (within === null ? anomaly.level !== 'region' : anomaly.place !== within) continue
      const reason = `${gazetteer.find(anomaly.place)?.name ?? anomaly.place}, ${anomalyReason(anomaly, format)}`
      byDay.set(anomaly.day, [...(byDay.get(anomaly.day) ?? []), reason])
    }
    return byDay
  }, [cube, catalogue, within, metric])
}
