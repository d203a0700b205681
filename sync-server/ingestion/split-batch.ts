import { type BatchHeader, batchHeader, MAX_BATCH_SALES } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import { storableText } from './storable-text.ts'

export interface SplitBatch {
  readonly header: BatchHeader
  /** The bytes of the sale with `header.seqs[i]`, unread. */
  readonly lines: readonly Buffer[]
}

/** Postgres' integer. */
const MAX_BOOT_EPOCH = 2 ** 31 - 1

/**
 * Takes the header line off a batch and cuts the rest at its line ends.
 *
 * @throws ScoutError `batch_malformed` when the header cannot be read, names a seq twice or promises another number of lines.
 */
export function splitBatch(inflated: Buffer): SplitBatch {
  // Not one more than a batch may have: a batch of nothing but line ends must not become millions of lines.
  const [first = Buffer.alloc(0), ...lines] = cutLines(inflated, 1 + MAX_BATCH_SALES + 1)
  const header = readHeader(first)
  const malformed = (message: string) => new ScoutError('batch_malformed', { message })
  if (header.boot_epoch > MAX_BOOT_EPOCH)
    throw malformed('The boot epoch is out of range. Nothing was stored.')
  if (!/^(19|[2-8]\d)\d\d-/.test(header.sent_at))
    throw malformed('sent_at is no year of ours. Nothing was stored.')
  if (new Set(header.seqs).size !== header.seqs.length) {
    throw malformed('The header names a sequence number twice. Nothing was stored.')
  }
  if (lines.length !== header.seqs.length) {
    throw malformed(
      `The header announces ${header.seqs.length} sales, the batch has ${lines.length > MAX_BATCH_SALES ? 'more' : lines.length} lines. Nothing was stored.`,
    )
  }
  return { header, lines }
}

function readHeader(line: Buffer): BatchHeader {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch (error) {
    throw new ScoutError('batch_malformed', { cause: error })
  }
  const parsed = batchHeader.safeParse(value)
  if (parsed.success) return { ...parsed.data, agent_version: storableText(parsed.data.agent_version) }
  const fields = parsed.error.issues.map(issue => ({ field: issue.path.join('.'), message: issue.message }))
  throw new ScoutError('batch_malformed', { details: { fields }, cause: parsed.error })
}

const LINE_FEED = 0x0a

/** The first `most` lines. A line feed at the end closes the last line and opens none. */
function cutLines(bytes: Buffer, most: number): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    if (lines.length === most) return lines
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length && lines.length < most) lines.push(bytes.subarray(start))
  return lines
}
