import { readFileSync } from 'node:fs'

/*
 * Loaded before a program (`node --import`): its wall clock is off by the milliseconds that the file CHAOS_CLOCK holds, and jumps when
 * that changes, as a Pi's does when it starts without a battery and hears of the time minutes later. The monotonic clock goes on.
 */
const file = process.env.CHAOS_CLOCK ?? ''
const TrueDate = Date
let offset = 0

function look(): void {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    offset = 0
  }
}
look()
setInterval(look, 100).unref()

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [TrueDate.now() + offset] : args, self),
  apply: () => new TrueDate(TrueDate.now() + offset).toString(),
  get: (target, key, self) =>
    key === 'now' ? () => TrueDate.now() + offset : Reflect.get(target, key, self),
})
