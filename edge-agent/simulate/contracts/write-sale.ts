import type { DeviceKind } from '../ph/device-kinds.ts'
import { Random } from '../random.ts'
import type { SimulatedSale } from '../simulated-sale.ts'
import { writeEdgeSale } from './edge-sale.ts'
import { writeHeardSale, writePhoneSale } from './flat-sale.ts'
import { writePosSale } from './pos-sale.ts'

const WRITERS: Readonly<Record<DeviceKind['name'], (sale: SimulatedSale, random: Random) => object>> = {
  till: writePosSale,
  camera: writeEdgeSale,
  phone: writePhoneSale,
  listener: writeHeardSale,
}

/** The sale as the store's device knows it, in the contract that it speaks: the same each time. */
export function writeSale(sale: SimulatedSale, seed: number): object {
  return WRITERS[sale.store.device.name](sale, new Random(seed, 'device', sale.id))
}
