import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ScoutError } from '../../app/errors.ts'

/** The room `sql/`: beside the sources, or beside the bundle that the server ships as. */
export function sqlDirectory(): string {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const candidate = join(directory, 'sql')
    if (existsSync(join(candidate, 'migrations'))) return candidate
    if (dirname(directory) === directory) {
      throw new ScoutError('reference_invalid', { message: 'The folder sql/ is missing beside the server.' })
    }
  }
}
