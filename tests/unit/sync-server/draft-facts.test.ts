import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Column } from '../../../app/contracts/manifest.ts'
import { tenantId } from '../../../app/domain/ids.ts'
import { fileBlobStore } from '../../../sync-server/publishing/blob-store.ts'
import { columnBuilder } from '../../../sync-server/publishing/column-builder.ts'
import { type DraftContext, draftFacts, HELD_ROWS } from '../../../sync-server/publishing/draft-manifests.ts'
import { FACT_DATASETS } from '../../../sync-server/publishing/fact-datasets.ts'
import type { PartitionColumns } from '../../../sync-server/publishing/read-partitions.ts'

const COLUMN: Column = { name: 'day', type: 'date32', nullable: false, description: 'Day' }
const ROWS = 30_000
const PARTITIONS = 60

describe('the files of a dataset of facts', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scout-facts-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('are written while rows are still read, so that however many there are few are held', async () => {
    let [given, stored, mostHeld] = [0, 0, 0]
    async function* partitions(): AsyncGenerator<PartitionColumns> {
      for (let i = 0; i < PARTITIONS; i++) {
        const columns = [columnBuilder(COLUMN, 0)]
        for (let row = 0; row < ROWS; row++) columns[0]?.append(i)
        given++
        mostHeld = Math.max(mostHeld, given - stored)
        yield { region: i < 30 ? '1300000000' : '0700000000', period: `p${i}`, rows: ROWS, columns }
      }
    }
    const [dataset] = FACT_DATASETS
    if (dataset === undefined) throw new Error('there are datasets of facts')
    const context = { tenantId: tenantId.parse('shop'), pack: { vintage: '2024' }, sample: false }
    const read = { partitions: partitions(), runs: ['r1'], warnings: [] }
    const draft = await draftFacts(
      context as unknown as DraftContext,
      { ...dataset, columns: [COLUMN] },
      read,
      fileBlobStore(directory),
      { onFile: () => stored++ },
    )
    expect(mostHeld).toBeLessThanOrEqual(HELD_ROWS / ROWS + 1)
    expect(PARTITIONS - stored).toBeLessThanOrEqual(HELD_ROWS / ROWS + 1)
    expect(draft.isEmpty).toBe(false)

    const { manifests } = await draft.finish()
    expect(stored).toBe(PARTITIONS)
    expect(manifests.map(({ region }) => region)).toEqual(['1300000000', '0700000000'])
    const files = manifests.flatMap(manifest => manifest.partitions)
    expect(files.map(({ values }) => values.month)).toEqual(
      Array.from({ length: PARTITIONS }, (_, i) => `p${i}`),
    )
    expect(files.reduce((rows, file) => rows + file.rows, 0)).toBe(PARTITIONS * ROWS)
  })
})
