import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** The SQL files of one of its folders, ordered; `name` without `.sql`. */
export function sqlFiles(directory: string): { readonly name: string; readonly sql: string }[] {
  const path = join(sqlDirectory(), directory)
  return readdirSync(path)
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => ({ name: file.slice(0, -'.sql'.length), sql: readFileSync(join(path, file), 'utf8') }))
}
