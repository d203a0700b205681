import { stdout } from 'node:process'
import { prepareDatabase } from '../sync-server/database/open.ts'
import { ensureTemplate } from '../sync-server/database/template.ts'

/** Makes the embedded database's template, so that the first start need not. Does nothing when it is there already. */
const started = performance.now()
const file = await ensureTemplate({ prepare: prepareDatabase })
stdout.write(`The database template is ready: ${file} (${Math.round(performance.now() - started)} ms)\n`)
