import type { z } from 'zod'
import type { edgeSale } from '../../../app/contracts/device.ts'
import { UTC_OFFSET_MINUTES } from '../ph/clock.ts'
import { MISSED } from '../ph/device-kinds.ts'
import type { Random } from '../random.ts'
import type { SimulatedSale } from '../simulated-sale.ts'
import { utcMoment } from './moments.ts'
import { writtenBrand } from './spelling.ts'

/** Longer than a listener's: the camera sees people come and go. */
const SECONDS_AROUND = 3

/** What a device that hears and sees knows of a sale. */
export function writeEdgeSale(sale: SimulatedSale, random: Random): z.input<typeof edgeSale> {
  const items = sale.lines.map(({ product, quantity, unitCentavos }) => {
    const priced = !random.chance(MISSED.cameraPrice)
    return {
      category_name: product.category,
      brand_name: writtenBrand(product.brand, random),
      product_name: product.name,
      qty: quantity,
      unit: 'pc',
      unit_price: priced ? unitCentavos / 100 : null,
      total_price: priced ? (quantity * unitCentavos) / 100 : null,
      detection_method: random.pick(['hybrid', 'stt', 'vision']),
      confidence: Math.round(random.between(0.7, 0.99) * 100) / 100,
    }
  })
  const priced = items.length > 0 && items.every(item => item.total_price !== null)
  const amount = items.reduce((sum, item) => sum + Math.round((item.total_price ?? 0) * 100), 0) / 100
  const seconds = sale.seconds + SECONDS_AROUND
  return {
    transaction_id: sale.id,
    store: { id: sale.store.id, tz_offset_min: UTC_OFFSET_MINUTES },
    ts_utc: utcMoment(sale.localMs),
    tx_start_ts: utcMoment(sale.localMs - Math.round(seconds) * 1_000),
    tx_end_ts: utcMoment(sale.localMs),
    ...(sale.revisedAtMs === null ? {} : { revised_at: utcMoment(sale.revisedAtMs) }),
    ...(sale.voided ? { voided: true } : {}),
    duration_seconds: Math.round(seconds * 10) / 10,
    confidence: sale.confidence,
    handshake_score: sale.handshake,
    request: {
      request_type: sale.requestType,
      request_mode: sale.requestMode,
      payment_method: sale.payment,
      gender: sale.gender ?? 'unknown',
      age_bracket: sale.age ?? 'unknown',
    },
    items,
    suggestion: { offered: sale.suggestion.offered, accepted: sale.suggestion.accepted },
    ...(sale.substitution === null
      ? {}
      : {
          substitution: {
            asked_brand_name: sale.substitution.asked.brand,
            final_brand_name: sale.substitution.given.brand,
            asked_product_name: sale.substitution.asked.name,
            final_product_name: sale.substitution.given.name,
            reason: sale.substitution.reason,
          },
        }),
    ...(sale.customer === null ? {} : { customer_id: sale.customer.id, customer_type: sale.customerType }),
    amounts: { transaction_amount: priced ? amount : null, price_source: priced ? 'catalog' : 'unknown' },
  }
}
