/**
 * Random numbers that are the same for the same labels on every machine: sfc32, seeded by a hash of the labels. Each thing that is drawn
 * has a stream of its own, so that asking for more of one changes nothing of another.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(...labels: readonly (string | number)[]) {
    const [a, b, c] = hash(labels.join('\u001f'))
    this.#a = a
    this.#b = b
    this.#c = c
    for (let i = 0; i < 8; i++) this.#word()
  }

  /** A number in [0, 1). */
  next(): number {
    return this.#word() / 0x1_0000_0000
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** @throws RangeError when there is nothing to pick from */
  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)]
    if (found === undefined) throw new RangeError('nothing to pick from')
    return found
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}

/** Three words of a text; the mixing is MurmurHash3's. */
function hash(text: string): readonly [number, number, number] {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  let c = 0xc2b2ae35
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0xcc9e2d51)
    b = Math.imul(b ^ unit, 0x1b873593) ^ (a >>> 13)
    c = Math.imul(c ^ unit, 0x85ebca6b) ^ (b >>> 15)
  }
  return [mix(a), mix(b), mix(c)]
}

function mix(word: number): number {
  const high = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const low = Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  return low ^ (low >>> 16)
}
