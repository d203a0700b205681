import type { z } from 'zod'
import type { flatSale } from '../../../app/contracts/device.ts'
import type { BasketLine } from '../basket.ts'
import { LISTENER_KNOWS, MISSED } from '../ph/device-kinds.ts'
import { PHRASES, SCRAPS } from '../ph/spoken-brands.ts'
import type { Random } from '../random.ts'
import type { SimulatedSale } from '../simulated-sale.ts'
import { zonedMoment } from './moments.ts'
import { writtenBrand } from './spelling.ts'

type FlatRecord = z.input<typeof flatSale>

/** Of baskets whose stated size is not the number of pieces; ours. */
const WRONG_SIZE = 0.01
/** What a listener heard was too short to trust; ours. */
const SCRAP = 0.02
/** Typing a sale in takes longer than saying it; ours. */
const SECONDS_TO_TYPE = 8

/** One record a sale, as a storekeeper's application writes it: the main product beside the basket. */
export function writePhoneSale(sale: SimulatedSale, random: Random): FlatRecord {
  const main = mainLine(sale.lines)
  const basket = sale.lines.map(line => {
    const priced = !random.chance(MISSED.phonePrice)
    return {
      sku: line.product.id,
      quantity: line.quantity,
      unit_price: priced ? line.unitCentavos / 100 : null,
    }
  })
  const ofMain = basket.find(item => item.sku === main?.product.id)
  const pieces = sale.lines.reduce((sum, line) => sum + line.quantity, 0)
  const priced = typeof ofMain?.unit_price === 'number'
  return {
    ...around(sale),
    duration_seconds: Math.round((sale.seconds + SECONDS_TO_TYPE) * 10) / 10,
    product_category: main?.product.category ?? null,
    brand_name: main === undefined ? null : writtenBrand(main.product.brand, random),
    sku: main?.product.id ?? null,
    units_per_transaction: main?.quantity ?? null,
    peso_value: main !== undefined && priced ? (main.quantity * main.unitCentavos) / 100 : null,
    basket_size: pieces + (random.chance(WRONG_SIZE) ? 1 : 0),
    combo_basket: basket,
    ...(sale.customer === null ? {} : { customer_id: sale.customer.id, customer_type: sale.customerType }),
    ...(sale.campaign === null ? {} : { campaign_id: sale.campaign.id }),
    campaign_influenced: sale.campaign !== null,
    substitution_event:
      sale.substitution === null
        ? { occurred: false }
        : {
            occurred: true,
            from_sku: sale.substitution.asked.id,
            to_sku: sale.substitution.given.id,
            reason: sale.substitution.reason,
          },
    payment_method: sale.payment,
  }
}

/** What a device gets hold of that only listens: at times a brand, at times a category, never an item or a price. */
export function writeHeardSale(sale: SimulatedSale, random: Random): FlatRecord {
  const main = mainLine(sale.lines)
  const brand = main === undefined ? null : writtenBrand(main.product.brand, random)
  const knowsBrand = random.chance(LISTENER_KNOWS.brand)
  const knowsCategory = random.chance(LISTENER_KNOWS.category)
  const phrase = random.chance(SCRAP) ? random.pick(SCRAPS) : random.pick(PHRASES)
  return {
    ...around(sale),
    product_category: knowsCategory ? (main?.product.category ?? null) : null,
    brand_name: knowsBrand ? brand : null,
    sku: null,
    units_per_transaction: null,
    peso_value: null,
    transcript: phrase.replace('{brand}', (knowsBrand ? brand : null) ?? 'ganito'),
    confidence: sale.confidence,
  }
}

function around(sale: SimulatedSale) {
  const { city, barangay } = sale.store
  return {
    id: sale.id,
    store_id: sale.store.id,
    timestamp: zonedMoment(sale.localMs),
    ...(sale.revisedAtMs === null ? {} : { revised_at: zonedMoment(sale.revisedAtMs) }),
    ...(sale.voided ? { voided: true } : {}),
    location: { barangay, city: city.name, province: city.province, region: city.region },
    request_type: sale.requestType,
    request_mode: sale.requestMode,
    suggestion_accepted: sale.suggestion.offered ? sale.suggestion.accepted : null,
    gender: sale.gender ?? 'unknown',
    age_bracket: sale.age ?? 'unknown',
    duration_seconds: sale.seconds,
    handshake_score: sale.handshake,
  }
}

/** The largest, the first on a tie. */
function mainLine(lines: readonly BasketLine[]): BasketLine | undefined {
  const amount = (line: BasketLine) => Math.abs(line.quantity * line.unitCentavos)
  return lines.reduce<BasketLine | undefined>(
    (main, line) => (main === undefined || amount(line) > amount(main) ? line : main),
    undefined,
  )
}
