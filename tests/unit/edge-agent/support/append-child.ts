import { writeSync } from 'node:fs'
import { openOutbox } from '../../../../edge-agent/outbox/open-outbox.ts'
import { newSale } from './sales.ts'

// Appends sales for ever and prints the number of each one that was acknowledged, until it is killed.
const [, , directory = '', first = '0'] = process.argv
const outbox = openOutbox({ directory })
let next = Number(first)
for (;;) {
  const group = Array.from({ length: 1 + Math.floor(Math.random() * 8) }, () => next++)
  await Promise.all(
    group.map(async id => {
      await outbox.append([newSale(id)])
      writeSync(1, `${id}\n`)
    }),
  )
}
