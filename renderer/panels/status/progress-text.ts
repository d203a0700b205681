import type { Progress } from '../../../app/contracts/long-work.ts'
import type { SyncStage } from '../../../app/contracts/worker.ts'
import { byteSize } from '../../format/number.ts'

/** What syncing is doing, in words and with the unit of its stage. */
export function progressText({ stage, done, total }: Progress<SyncStage>): string {
  switch (stage) {
    case 'metadata':
      return 'Looking for new data'
    case 'download':
      return total === undefined
        ? `Downloading ${byteSize(done)}`
        : `Downloading ${byteSize(done)} of ${byteSize(total)}`
    case 'activate':
      return 'Switching to the new version'
  }
}
