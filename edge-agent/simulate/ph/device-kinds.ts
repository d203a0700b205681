import type { ContractName } from '../../../app/contracts/device.ts'

/** What stands on a store's counter, and so what becomes known of its sales. */
export interface DeviceKind {
  readonly name: 'till' | 'camera' | 'phone' | 'listener'
  readonly contract: ContractName
  /** Of all stores; ours. */
  readonly share: number
}

export const DEVICE_KINDS: readonly DeviceKind[] = [
  /** Knows products, prices and the total. */
  { name: 'till', contract: 'pos.v1', share: 0.42 },
  /** Hears and sees each item, knows most prices from a list, and the brand as people say it. */
  { name: 'camera', contract: 'edge.v1', share: 0.22 },
  /** A storekeeper's application: one flat record a sale, with its basket. */
  { name: 'phone', contract: 'flat.v1', share: 0.18 },
  /** Only listens: one flat record a sale, without items or prices. */
  { name: 'listener', contract: 'flat.v1', share: 0.18 },
]

/** What a listener gets hold of: the means of four real archives (25,863 sales of four stores). */
export const LISTENER_KNOWS = { brand: 0.57, category: 0.52 } as const

/** How long a sale takes, in seconds: the same archives' median and 90th percentile. */
export const SALE_SECONDS = { median: 5.9, p90: 13 } as const

/** Ours: what the other devices miss. */
export const MISSED = {
  /** An item that a camera sees but finds no price for. */
  cameraPrice: 0.06,
  /** A product of a flat record whose price nobody typed in. */
  phonePrice: 0.03,
  /** Age and gender that a device cannot tell. */
  shopper: 0.2,
} as const

/** A brand is written as people say it, or with a slip of the finger; ours. */
export const MISSPELT = { asSaid: 0.16, slip: 0.05 } as const
