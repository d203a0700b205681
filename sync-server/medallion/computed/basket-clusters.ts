import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../../app/domain/canonical-json.ts'
import type { Compute, Row } from '../computed-model.ts'
import type { Basket } from './clustering/baskets.ts'
import { type FoundClusters, findClusters } from './clustering/find-clusters.ts'
import { matchClusters, rawCentre } from './clustering/match-clusters.ts'
import { type ClusterName, nameClusters, type Vocabulary } from './clustering/name-clusters.ts'
import { profilesOf } from './clustering/profiles.ts'
import { scoreWeights } from './clustering/score-weights.ts'
import { addDays } from './days.ts'
import { rounded } from './rounded.ts'

/** What the select gives first: the fit before, the window, and words. */
const known = z.object({
  since: z.string(),
  until: z.string(),
  symbol: z.string(),
  locale: z.string(),
  labels: z.record(z.string(), z.string()),
  before: z.array(z.object({ id: z.string(), name: z.string(), centre: z.record(z.string(), z.number()) })),
})
type Known = z.infer<typeof known>

const basket = z.object({
  key: z.string(),
  categories: z.record(z.string(), z.number()),
  amountStep: z.number(),
  unitsStep: z.number(),
  linesStep: z.number(),
  timeOfDay: z.string(),
  payment: z.string(),
  requestMode: z.string(),
  netAmount: z.number(),
  units: z.number(),
})

const input = z.discriminatedUnion('row_kind', [
  z.object({ row_kind: z.literal('known'), tenant_id: z.string(), content: known }),
  z.object({ row_kind: z.literal('basket'), tenant_id: z.string(), content: basket }),
])

const METHOD = 'k-means on standardised features, k by silhouette'

/** Sales that say too little to be of any kind, or that are none. */
const NOT_FOUND = [
  {
    cluster: 'no_items',
    name: 'No items known',
    description: 'The device saw the sale but not what was sold.',
  },
  {
    cluster: 'no_price',
    name: 'No price known',
    description: 'What was sold is known, what was paid is not.',
  },
  { cluster: 'returned', name: 'Returns', description: 'Goods that were given back.' },
] as const

/** Finds the kinds of baskets in the sample, or none when there are too few baskets. */
export const computeBasketClusters: Compute = async function* (rows, signal) {
  const sample: Basket[] = []
  let context: Known | undefined
  let tenantId = ''
  for await (const batch of rows) {
    for (const row of batch) {
      const parsed = input.parse(row)
      tenantId = parsed.tenant_id
      if (parsed.row_kind === 'known') context = parsed.content
      else sample.push(parsed.content)
    }
  }
  signal?.throwIfAborted()
  const found = findClusters(sample)
  if (context !== undefined && found !== null)
    yield clusterRows(found, context).map(row => ({ tenant_id: tenantId, ...row }))
}

function clusterRows(found: FoundClusters, context: Known): Row[] {
  const { features, clustering, silhouetteOf } = found
  const { centroids } = clustering
  const profiles = profilesOf(found)
  const matched = matchClusters(features, centroids, context.before)
  const names = keptNames(
    nameClusters(profiles, vocabulary(context)),
    profiles.map(({ cluster }) => matched[cluster]?.name),
  )
  const ids = givenIds(
    profiles.map(({ cluster }) => matched[cluster]?.id),
    context.before.map(({ id }) => id),
  )
  const clusters = profiles.map(({ cluster, baskets, differences }, at) => ({
    cluster: ids[at],
    position: at + 1,
    ...names[at],
    baskets,
    silhouette: rounded(silhouetteOf[cluster]),
    differences: differences.map(({ group, value, inside, overall, standardised }) => ({
      feature: group,
      value,
      inside: rounded(inside),
      overall: rounded(overall),
      standardised: rounded(standardised),
    })),
    centre: rawCentre(features, centroids, cluster),
    weights: scoreWeights(features, centroids, cluster),
  }))
  const fit = createHash('sha256')
    .update(canonicalJson(clusters.map(({ cluster, weights }) => ({ cluster, weights }))))
    .digest('hex')
    .slice(0, 16)
  const common = {
    fit,
    method: METHOD,
    window_from: context.since,
    window_to: addDays(context.until, -1),
    n: found.baskets.length,
    fit_silhouette: rounded(found.silhouette),
    stability: rounded(found.stability),
    tried: found.tried.map(({ k, silhouette }) => ({ k, silhouette: rounded(silhouette) })),
  }
  const nothing = {
    position: null,
    baskets: 0,
    silhouette: null,
    differences: null,
    centre: null,
    weights: null,
  }
  return [...clusters, ...NOT_FOUND.map(row => ({ ...row, ...nothing }))].map(row => ({ ...row, ...common }))
}

/** A name goes on with its cluster; a fresh name that is taken by one that goes on gets a number. */
function keptNames(fresh: readonly ClusterName[], before: readonly (string | undefined)[]): ClusterName[] {
  const taken = new Set(before.filter(name => name !== undefined))
  return fresh.map(({ name, description }, at) => {
    const kept = before[at]
    if (kept !== undefined) return { name: kept, description }
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${name} ${number}`
    taken.add(free)
    return { name: free, description }
  })
}

function givenIds(kept: readonly (string | undefined)[], before: readonly string[]): string[] {
  let newest = Math.max(0, ...before.map(id => Number(id.slice(1))))
  return kept.map(id => id ?? `b${++newest}`)
}

function vocabulary({ symbol, locale, labels }: Known): Vocabulary {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  return {
    label: (kind, code) => labels[`${kind}:${code}`] ?? code.replaceAll('_', ' '),
    amount: value => `${symbol}${format.format(value)}`,
  }
}
