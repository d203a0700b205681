/** How people ask, pay and answer: shares, all ours; the words are those of the sale contracts' examples. */

type Shares = readonly (readonly [word: string, share: number])[]

export const REQUEST_MODES: Shares = [
  ['verbal', 0.72],
  ['pointing', 0.19],
  ['indirect', 0.09],
]

export const REQUEST_TYPES: Shares = [
  ['branded', 0.61],
  ['unbranded', 0.24],
  ['point', 0.1],
  ['indirect', 0.05],
]

export const PAYMENTS: Shares = [
  ['cash', 0.86],
  ['gcash', 0.1],
  ['maya', 0.025],
  ['credit', 0.005],
  ['other', 0.01],
]

export const GENDERS: Shares = [
  ['female', 0.57],
  ['male', 0.43],
]

/** Shares of shoppers at the counter, the children among them counted as the youngest. */
export const AGES: Shares = [
  ['18-24', 0.22],
  ['25-34', 0.27],
  ['35-44', 0.22],
  ['45-54', 0.16],
  ['55+', 0.13],
]

export const SUGGESTION = { offered: 0.28, accepted: 0.46 } as const

/** Someone who is known takes a suggestion more readily. */
export const SUGGESTION_ACCEPTED_BY_KNOWN = 0.58

/** A product is out and another is taken in its place. */
export const SUBSTITUTION = { chance: 0.045 } as const

export const SUBSTITUTION_REASONS: Shares = [
  ['stockout', 0.68],
  ['price', 0.17],
  ['suggestion', 0.15],
]
