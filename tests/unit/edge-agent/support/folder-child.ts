import { writeSync } from 'node:fs'
import { openOutbox } from '../../../../edge-agent/outbox/open-outbox.ts'
import { WatchedFolder } from '../../../../edge-agent/sources/folder.ts'

// Takes in a folder until it is killed.
const [, , home = '', directory = ''] = process.argv
const outbox = openOutbox({ directory: home })
const folder = new WatchedFolder({
  directory,
  outbox,
  doneAfterMs: 0,
  onError: error => writeSync(2, String(error)),
})
writeSync(1, 'ready\n')
await folder.watch(new AbortController().signal)
