import type { DailySeries } from '../../../app/contracts/worker.ts'
import type { Day, DayRange } from '../../../app/domain/time.ts'
import { calendarDay, monthName } from '../../format/time.ts'
import { type DayScale, dayX, niceTop, stripWidth } from './scale.ts'

export interface TimelineColours {
  readonly bar: string
  readonly barAside: string
  readonly barHovered: string
  readonly wash: string
  readonly line: string
  readonly ink: string
  readonly soft: string
  readonly anomaly: string
  readonly paper: string
}

export interface TimelinePicture {
  readonly scale: DayScale
  readonly height: number
  readonly series: DailySeries
  readonly range: DayRange
  readonly hovered: Day | null
  /** How many places stood out, by day. */
  readonly anomalies: ReadonlyMap<Day, number>
  readonly colours: TimelineColours
  readonly axisText: (value: number) => string
}

const TOP = 15
/** More of them than this hide the bars. */
const MOST_DIAMONDS = 24
const MONTHS_HEIGHT = 18
const FONT = '11px "Inter Variable", sans-serif'

export function timelineColours(element: Element): TimelineColours {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    bar: token('--accent'),
    barAside: token('--line-strong'),
    barHovered: token('--ink'),
    wash: token('--accent-wash'),
    line: token('--line'),
    ink: token('--ink'),
    soft: token('--ink-soft'),
    anomaly: token('--map-anomaly'),
    paper: token('--paper'),
  }
}

/** Draws everything anew: a few hundred rectangles are done long before the frame is over. */
export function drawTimeline(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { scale, height, colours } = picture
  context.clearRect(0, 0, scale.right + 40, height)
  context.font = FONT
  drawBrush(context, picture)
  drawAxis(context, picture)
  drawBars(context, picture)
  if (picture.anomalies.size > MOST_DIAMONDS) drawLane(context, picture)
  drawMonths(context, picture)
  context.fillStyle = colours.ink
}

function floorOf(height: number): number {
  return height - MONTHS_HEIGHT
}

function topOf({ series }: TimelinePicture): number {
  let most = 0
  for (const value of series.values) if (value > most) most = value
  return niceTop(most)
}

function drawBrush(
  context: CanvasRenderingContext2D,
  { scale, range, height, colours }: TimelinePicture,
): void {
  const from = Math.round(dayX(scale, range.from))
  const to = Math.round(dayX(scale, range.to + 1))
  context.fillStyle = colours.wash
  context.fillRect(from, TOP - 6, to - from, floorOf(height) - TOP + 6)
  context.fillStyle = colours.bar
  for (const edge of [from, to]) {
    context.fillRect(edge - 0.5, TOP - 6, 1, floorOf(height) - TOP + 6)
    context.beginPath()
    context.roundRect(edge - 2.5, (TOP + floorOf(height)) / 2 - 11, 5, 16, 2.5)
    context.fill()
  }
}

function drawAxis(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { scale, height, colours, axisText } = picture
  context.fillStyle = colours.line
  context.fillRect(scale.left, floorOf(height), scale.right - scale.left, 1)
  context.fillStyle = colours.soft
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillText(axisText(topOf(picture)), scale.left - 8, TOP + 2)
  context.fillText('0', scale.left - 8, floorOf(height) - 3)
}

function drawBars(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { scale, series, range, hovered, height, colours, anomalies } = picture
  const strip = stripWidth(scale)
  const width = Math.max(1, strip - (strip > 3 ? 1 : strip > 2 ? 0.5 : 0))
  const room = floorOf(height) - TOP
  const top = topOf(picture)
  const few = anomalies.size <= MOST_DIAMONDS
  series.values.forEach((value, i) => {
    if (!Number.isFinite(value)) return
    const day = series.from + i
    const x = dayX(scale, day)
    const size = Math.max(value > 0 ? 1 : 0, (value / top) * room)
    const inside = day >= range.from && day <= range.to
    context.globalAlpha = inside ? 1 : 0.45
    context.fillStyle = day === hovered ? colours.barHovered : inside ? colours.bar : colours.barAside
    context.fillRect(x, floorOf(height) - size, width, size)
    context.globalAlpha = 1
    if (few && anomalies.has(day))
      drawDiamond(context, x + width / 2, Math.max(6, floorOf(height) - size - 7), colours)
  })
}

/** Of many unusual days only that they are: ticks in a lane on top, stronger the more places stood out. */
function drawLane(context: CanvasRenderingContext2D, { scale, anomalies, colours }: TimelinePicture): void {
  const width = Math.max(1.5, Math.min(3, stripWidth(scale) - 1))
  context.fillStyle = colours.anomaly
  for (const [day, places] of anomalies) {
    context.globalAlpha = Math.min(1, 0.3 + 0.35 * (places - 1))
    context.fillRect(dayX(scale, day) + (stripWidth(scale) - width) / 2, 1, width, 5)
  }
  context.globalAlpha = 1
}

function drawDiamond(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  colours: TimelineColours,
): void {
  context.beginPath()
  context.moveTo(x, y - 4.5)
  context.lineTo(x + 4.5, y)
  context.lineTo(x, y + 4.5)
  context.lineTo(x - 4.5, y)
  context.closePath()
  context.strokeStyle = colours.paper
  context.lineWidth = 2
  context.stroke()
  context.fillStyle = colours.anomaly
  context.fill()
}

const LABEL_ROOM = 34

function drawMonths(context: CanvasRenderingContext2D, { scale, height, colours }: TimelinePicture): void {
  context.textAlign = 'left'
  context.textBaseline = 'alphabetic'
  let free = scale.left
  for (let day = scale.bounds.from; day <= scale.bounds.to; day++) {
    const { date, month, year } = calendarDay(day)
    const opening = day === scale.bounds.from
    if (date !== 1 && !opening) continue
    const x = dayX(scale, day)
    context.fillStyle = colours.line
    context.fillRect(Math.round(x), floorOf(height), 1, 5)
    const text = month === 0 || opening ? `${monthName(month)} ${year}` : monthName(month)
    const width = context.measureText(text).width
    const room = opening ? LABEL_ROOM : 0
    if (x < free || x + width > scale.right || (opening && date > 20 && room > 0)) continue
    context.fillStyle = colours.soft
    context.fillText(text, x + 4, height - 4)
    free = x + width + 10
  }
}
