import type { Difference, Profile } from './profiles.ts'

/** Words for codes: the pack's labels by kind and code, and how amounts are written. */
export interface Vocabulary {
  label(kind: string, code: string): string
  amount(value: number): string
}

export interface ClusterName {
  readonly name: string
  readonly description: string
}

/** From this share on, a category is what a basket is about. */
const MAIN_SHARE = 0.5
const TWO_SHARES = 0.75
/** Standardised differences from which a word is worth saying. */
const NOTABLE = 0.5
/** From which a share is worth listing in the description. */
const WORTH_SAYING = 0.2
const MOST_DIFFERENCES = 4

/** Names by what sets a cluster apart from all baskets; no two are the same. */
export function nameClusters(profiles: readonly Profile[], words: Vocabulary): ClusterName[] {
  const named: ClusterName[] = []
  for (const profile of profiles) {
    const taken = new Set(named.map(({ name }) => name))
    named.push({ name: nameOf(profile, words, taken), description: description(profile, words) })
  }
  return named
}

/** The shortest name that is free: what is in the baskets, then one qualification after the other. */
function nameOf(profile: Profile, words: Vocabulary, taken: ReadonlySet<string>): string {
  const contents = contentsOf(profile, words)
  const size = sizeWord(profile)
  const start = capital(size === null ? contents : `${size} ${contents}`)
  const [first, ...more] = qualifications(profile, words)
  const said = first === undefined || first.strength < NOTABLE ? [] : [first.text]
  let name = [start, ...said].join(', ')
  for (const { text } of said.length > 0 || first === undefined ? more : [first, ...more]) {
    if (!taken.has(name)) return name
    name = `${name}, ${text}`
  }
  if (!taken.has(name)) return name
  for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`
}

function contentsOf({ differences }: Profile, { label }: Vocabulary): string {
  const categories = differences
    .filter(({ group, value }) => group === 'category' && value !== UNKNOWN)
    .sort((a, b) => b.inside - a.inside)
  const [most, second] = categories
  // Where every basket is of one category there is nothing that sets them apart by it.
  if (most === undefined) return 'baskets'
  if (most.inside >= MAIN_SHARE) return goods(label('category', most.value))
  if (second !== undefined && most.inside + second.inside >= TWO_SHARES)
    return `${goods(label('category', most.value))} and ${goods(label('category', second.value))}`
  return 'mixed baskets'
}

const UNKNOWN = 'unknown'

/** In the middle of a name; the category of what has no other is no name by itself. */
function goods(label: string): string {
  const word = label.toLowerCase()
  return word === 'other' ? 'other goods' : word
}

function sizeWord({ differences }: Profile): string | null {
  const of = (group: string) => differences.find(found => found.group === group)?.standardised ?? 0
  const size = (of('amount_step') + of('units_step') + of('lines_step')) / 3
  if (size >= NOTABLE) return 'large'
  if (size > -NOTABLE) return null
  return of('lines_step') <= -NOTABLE ? 'quick' : 'small'
}

/** What else stands out: when, how paid, how asked for. More of something is said, less of it is not. */
function qualifications({ differences }: Profile, { label }: Vocabulary) {
  return differences.flatMap(({ group, value, inside, standardised }) => {
    if (standardised <= 0 || inside < MAIN_SHARE || value === UNKNOWN) return []
    switch (group) {
      case 'time_of_day':
        return [{ strength: standardised, text: value.replaceAll('_', ' ') }]
      case 'payment':
        return [{ strength: standardised, text: `paid by ${label('payment_method', value)}` }]
      case 'request_mode':
        return [{ strength: standardised, text: `${label('request_mode', value).toLowerCase()} request` }]
      default:
        return []
    }
  })
}

function description(profile: Profile, words: Vocabulary): string {
  const { meanAmount, meanUnits, differences } = profile
  const size = `${words.amount(meanAmount)} and ${meanUnits.toFixed(1)} units on average`
  const shares = differences
    .filter(({ group, standardised }) => !group.endsWith('_step') && standardised >= WORTH_SAYING)
    .slice(0, MOST_DIFFERENCES)
    .map(difference => shareText(difference, words))
  return `${[size, ...shares].join('; ')}.`
}

function shareText({ group, value, inside, overall }: Difference, { label }: Vocabulary): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const name =
    value === UNKNOWN
      ? `${group === 'category' ? 'category' : group.replace('_', ' ')} unknown`
      : group === 'category' || group === 'payment'
        ? label(group === 'payment' ? 'payment_method' : group, value).toLowerCase()
        : value.replaceAll('_', ' ')
  return `${name} ${percent(inside)} (all baskets ${percent(overall)})`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
