import { writeSale } from './contracts/write-sale.ts'
import * as flaws from './flaws.ts'
import type { SimulatedSale } from './simulated-sale.ts'

/** A line of a device's file. */
export interface Message {
  /** When it gets there, by the clock on the wall. */
  readonly atMs: number
  readonly text: string
  readonly what: MessageKind
}

export const MESSAGE_KINDS = [
  'sale',
  'goodsBack',
  'duplicate',
  'revision',
  'void',
  'misdated',
  'unknownStore',
  'cut',
  'incomplete',
] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

const MINUTE_MS = 60_000
/** No store of ours has such a name. */
const UNKNOWN_STORE = 'ST-UNKNOWN'

/** What a device hands over of a sale that went as it should. */
export function cleanMessage(sale: SimulatedSale, seed: number, lateMs: number): Message {
  return message('sale', sale, seed, sale.localMs + lateMs)
}

/** What a device hands over of a sale: the sale, and whatever goes wrong with it. Nothing is sold from `endMs` on. At least one message. */
export function messagesOf(sale: SimulatedSale, seed: number, lateMs: number, endMs: number): Message[] {
  const at = sale.localMs + lateMs
  if (flaws.has('misdated', seed, sale)) return [message('misdated', flaws.misdated(sale, seed), seed, at)]
  if (flaws.has('unknownStore', seed, sale)) {
    return [message('unknownStore', { ...sale, store: { ...sale.store, id: UNKNOWN_STORE } }, seed, at)]
  }
  const whole = message('sale', sale, seed, at)
  if (flaws.has('cut', seed, sale)) {
    return [{ ...whole, what: 'cut', text: whole.text.slice(0, whole.text.length >> 1) }]
  }
  if (flaws.has('incomplete', seed, sale)) return [incomplete(whole)]
  const messages = [whole]
  if (flaws.has('duplicate', seed, sale)) messages.push({ ...whole, what: 'duplicate', atMs: at + MINUTE_MS })
  if (flaws.has('revision', seed, sale)) messages.push(later('revision', flaws.revised(sale, seed), seed, at))
  else if (flaws.has('void', seed, sale)) messages.push(later('void', flaws.voided(sale, seed), seed, at))
  else if (sale.store.device.name === 'till' && flaws.has('goodsBack', seed, sale)) {
    const back = flaws.goodsBack(sale, seed)
    if (back.localMs < endMs) messages.push(message('goodsBack', back, seed, back.localMs + lateMs))
  }
  return messages
}

function message(what: MessageKind, sale: SimulatedSale, seed: number, atMs: number): Message {
  const text = JSON.stringify({ contract: sale.store.device.contract, sale: writeSale(sale, seed) })
  return { atMs, text, what }
}

/** Never before what it corrects. */
function later(what: MessageKind, sale: SimulatedSale, seed: number, notBefore: number): Message {
  return message(what, sale, seed, Math.max(notBefore + MINUTE_MS, sale.revisedAtMs ?? 0))
}

function incomplete(whole: Message): Message {
  const { contract, sale } = JSON.parse(whole.text)
  for (const field of ['store_id', 'store']) delete sale[field]
  return { ...whole, what: 'incomplete', text: JSON.stringify({ contract, sale }) }
}
