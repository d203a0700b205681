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
import { type Geography, readPlaces } from './draft-geography.ts'
import type { DraftContext } from './draft-manifests.ts'
import { FACT_DATASETS, type FactDataset } from './fact-datasets.ts'
import { type PublishedState, readPublishedState } from './published-state.ts'
import { type PartitionColumns, publishSql, readPartitions } from './read-partitions.ts'

/** Everything that a publication is made of, as of one moment of the database. */
export interface PublicationSource {
  readonly state: PublishedState
  readonly context: DraftContext
  readonly geography: Geography
  readonly facts: readonly FactSource[]
}

interface FactSource {
  readonly dataset: FactDataset
  readonly partitions: readonly PartitionColumns[]
  /** Medallion runs whose output they are. */
  readonly runs: readonly string[]
  /** What checks found on the way to them. */
  readonly warnings: readonly CheckOutcome[]
}

const packRow = packInfo.extend({ is_sample: z.boolean(), content_sha256: z.string() })

/** @throws ScoutError `check_failed`, `nothing_to_publish` while no dataset of facts has a row, `cancelled` */
export async function readSource(
  tx: Transaction,
  tenantId: TenantId,
  onProgress: (progress: Progress<'check' | 'read'>) => void,
  signal?: AbortSignal,
): Promise<PublicationSource> {
  onProgress({ stage: 'check', done: 0 })
  const models = readModels()
  await holdTables(tx, models, 'read')
  const warnings = await runChecks(tx, tenantId, await registeredChecks(tx), null)
  const facts: FactSource[] = []
  for (const dataset of FACT_DATASETS) {
    onProgress({ stage: 'read', done: facts.length, total: FACT_DATASETS.length })
    const partitions = await readPartitions(tx, dataset.select, [tenantId], dataset.columns, signal)
    const { rows: runs } = await tx.query(publishSql('lineage.sql'), [tenantId, dataset.model])
    facts.push({
      dataset,
      partitions,
      runs: runs.map(run => String(run.run_id)),
      warnings: warningsOn(withSources(models, dataset.model), warnings),
    })
  }
  if (facts.every(({ partitions }) => partitions.length === 0)) throw new ScoutError('nothing_to_publish')

  const { rows } = await tx.query(publishSql('pack.sql'), [tenantId])
  if (rows[0] === undefined) throw new ScoutError('not_found', { message: 'There is no such tenant.' })
  const { is_sample: sample, content_sha256: packSha256, ...pack } = packRow.parse(rows[0])
  const state = await readPublishedState(tx, tenantId)
  const [present] = state.manifests.get('reference.geography') ?? []
  const geography = { places: await readPlaces(tx, pack.pack), packSha256, present }
  return { state, context: { tenantId, pack, sample }, geography, facts }
}

/** Those that speak of one of the relations. */
function warningsOn(relations: ReadonlySet<string>, warnings: readonly CheckOutcome[]): CheckOutcome[] {
  return warnings.filter(({ check }) => check.relations.some(relation => relations.has(relation)))
}
