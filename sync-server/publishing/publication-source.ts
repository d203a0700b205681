import { z } from 'zod'
import type { Progress } from '../../app/contracts/long-work.ts'
import { packInfo } from '../../app/domain/geography.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { readModels, withSources } from '../medallion/models.ts'
import { holdTables } from '../medallion/rebuild.ts'
import { registeredChecks } from '../medallion/register-checks.ts'
import { type CheckOutcome, runChecks } from '../medallion/run-checks.ts'
import type { BlobStore } from './blob-store.ts'
import { type Geography, readPlaces } from './draft-geography.ts'
import { type DraftContext, draftFacts, type FactDraft } from './draft-manifests.ts'
import { FACT_DATASETS } from './fact-datasets.ts'
import { type PublishedState, readPublishedState } from './published-state.ts'
import { publishSql, readPartitions } from './read-partitions.ts'

/** Everything that a publication is made of, as of one moment of the database. */
export interface PublicationSource {
  readonly state: PublishedState
  readonly context: DraftContext
  readonly geography: Geography
  readonly facts: readonly FactDraft[]
}

interface ReadWork {
  readonly onProgress: (progress: Progress<'check' | 'read'>) => void
  /** A file was written. */
  readonly onFile: () => void
  readonly signal: AbortSignal | undefined
}

const packRow = packInfo.extend({ is_sample: z.boolean(), content_sha256: z.string() })

/**
 * Reads it, and stores files of facts on the way: all rows at once need not fit into memory.
 *
 * @throws ScoutError `check_failed`, `disk_full`, `nothing_to_publish` while no dataset of facts has a row, `cancelled`
 */
export async function readSource(
  tx: Transaction,
  tenantId: TenantId,
  blobs: BlobStore,
  { onProgress, onFile, signal }: ReadWork,
): Promise<PublicationSource> {
  onProgress({ stage: 'check', done: 0 })
  const models = readModels()
  await holdTables(tx, models, 'read')
  const warnings = await runChecks(tx, tenantId, await registeredChecks(tx), null)
  const { rows } = await tx.query(publishSql('pack.sql'), [tenantId])
  if (rows[0] === undefined) throw new ScoutError('not_found', { message: 'There is no such tenant.' })
  const { is_sample: sample, content_sha256: packSha256, ...pack } = packRow.parse(rows[0])
  const context = { tenantId, pack, sample }
  const facts: FactDraft[] = []
  for (const dataset of FACT_DATASETS) {
    onProgress({ stage: 'read', done: facts.length, total: FACT_DATASETS.length })
    const { rows: runs } = await tx.query(publishSql('lineage.sql'), [tenantId, dataset.model])
    const read = {
      partitions: readPartitions(tx, dataset.select, [tenantId], dataset.columns, signal),
      runs: runs.map(run => String(run.run_id)),
      warnings: warningsOn(withSources(models, dataset.model), warnings),
    }
    facts.push(await draftFacts(context, dataset, read, blobs, { signal, onFile }))
  }
  if (facts.every(({ isEmpty }) => isEmpty)) throw new ScoutError('nothing_to_publish')

  const state = await readPublishedState(tx, tenantId)
  const [present] = state.manifests.get('reference.geography') ?? []
  const geography = { places: await readPlaces(tx, pack.pack), packSha256, present }
  return { state, context, geography, facts }
}

/** Those that speak of one of the relations. */
function warningsOn(relations: ReadonlySet<string>, warnings: readonly CheckOutcome[]): CheckOutcome[] {
  return warnings.filter(({ check }) => check.relations.some(relation => relations.has(relation)))
}
