/** A name that wants a spot on the map. Lengths are CSS pixels. */
export interface LabelWish {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Which of the wishes, in order of importance, find room: none overlaps one before it or leaves the frame. At most
 * `limit` of them.
 *
 * @returns positions in `wishes`.
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  frame: { readonly width: number; readonly height: number },
  limit: number,
  gap = 4,
): number[] {
  const placed: LabelWish[] = []
  const kept: number[] = []
  for (let i = 0; i < wishes.length && kept.length < limit; i++) {
    const wish = wishes[i]
    if (wish === undefined || leaves(wish, frame) || placed.some(other => overlap(wish, other, gap))) continue
    placed.push(wish)
    kept.push(i)
  }
  return kept
}

function leaves({ x, y, width, height }: LabelWish, frame: { width: number; height: number }): boolean {
  return (
    x - width / 2 < 0 || x + width / 2 > frame.width || y - height / 2 < 0 || y + height / 2 > frame.height
  )
}

function overlap(a: LabelWish, b: LabelWish, gap: number): boolean {
  return (
    Math.abs(a.x - b.x) * 2 < a.width + b.width + gap * 2 &&
    Math.abs(a.y - b.y) * 2 < a.height + b.height + gap * 2
  )
}

const LONGEST_LINE = 15

/** The shortest other name that the name itself contains (Laoag, of City of Laoag), without what stands in parentheses. */
export function shortName(name: string, aliases: readonly string[]): string {
  const plain = name.replace(/\s*\([^)]*\)/g, '').trim() || name
  return aliases
    .filter(alias => alias.length >= 3 && plain.includes(alias))
    .reduce((shortest, alias) => (alias.length < shortest.length ? alias : shortest), plain)
}

/** A name in lines of about equal length. */
export function labelLines(short: string): string[] {
  if (short.length <= LONGEST_LINE) return [short]
  const words = short.split(/\s+/)
  const count = Math.min(words.length, Math.ceil(short.length / LONGEST_LINE))
  const aim = short.length / count
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && longer.length > aim + 2 && lines.length < count - 1) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line]
}
