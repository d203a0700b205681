import { describe, expect, it } from 'vitest'
import { splitBatch } from '../../../sync-server/ingestion/split-batch.ts'

const MIB = 1 << 20

describe('a batch of lines', () => {
  const header = (seqs: number[]) =>
    JSON.stringify({
      boot_epoch: 1,
      seqs,
      sent_at: '2026-01-01T00:00:00Z',
      clock_offset_ms: null,
      agent_version: '0.0.0',
      backlog: seqs.length,
    })

  it('is cut at its line feeds, with or without one at its end', () => {
    for (const end of ['', '\n']) {
      const { lines } = splitBatch(Buffer.from(`${header([7, 8])}\n{"a":1}\nno json${end}`))
      expect(lines.map(String)).toEqual(['{"a":1}', 'no json'])
    }
  })

  it('of nothing but line ends does not become millions of lines', () => {
    const bytes = Buffer.concat([Buffer.from(header([1])), Buffer.alloc(15 * MIB, '\n')])
    const before = process.memoryUsage().heapUsed
    expect(() => splitBatch(bytes)).toThrow(/announces 1 sales, the batch has more lines/)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * MIB)
  })
})
