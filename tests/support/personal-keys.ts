import { createHash } from 'node:crypto'
import type { PersonalKeys } from '../../sync-server/personal/personal-keys.ts'

const key = (name: string) => createHash('sha256').update(name).digest()

/** Keys of a test, the same each time: data keys 1 … `versions`, the last of which seals. */
export function personalKeys(versions = 1): PersonalKeys {
  const numbers = Array.from({ length: versions }, (_, i) => i + 1)
  return {
    pseudonymKey: key('pseudonyms'),
    dataKeys: new Map(numbers.map(version => [version, key(`data ${version}`)])),
    current: versions,
  }
}
