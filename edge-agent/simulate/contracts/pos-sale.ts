import type { z } from 'zod'
import type { posSale } from '../../../app/contracts/device.ts'
import type { Random } from '../random.ts'
import { type SimulatedSale, totalCentavos } from '../simulated-sale.ts'
import { localMoment } from './moments.ts'

/** Of the customers whom a till knows it names so many; of the others it has the number alone. */
const NAMES_THE_CUSTOMER = 0.3
/** Of shops that issue receipts: value-added tax, included in the price. */
const VAT = 12 / 112

/** What a till knows of a sale. */
export function writePosSale(sale: SimulatedSale, random: Random): z.input<typeof posSale> {
  const total = totalCentavos(sale)
  const discount = sale.lines.reduce((sum, line) => sum + line.discountCentavos, 0)
  const named = random.chance(NAMES_THE_CUSTOMER)
  const { customer, store } = sale
  return {
    transaction_id: sale.id,
    store_id: store.id,
    sold_at: localMoment(sale.localMs),
    ...(sale.revisedAtMs === null ? {} : { revised_at: localMoment(sale.revisedAtMs) }),
    ...(sale.voided ? { voided: true } : {}),
    lines: sale.lines.map(({ product, quantity, unitCentavos }) => ({
      product_id: product.id,
      product_name: product.name,
      brand: product.brand,
      category: product.category,
      quantity,
      unit_price: unitCentavos / 100,
      amount: (quantity * unitCentavos) / 100,
    })),
    total: total / 100,
    ...(discount === 0 ? {} : { discount: discount / 100 }),
    ...(store.channel === 'sari-sari' ? {} : { tax: Math.round((total - discount) * VAT) / 100 }),
    payment_method: sale.payment,
    ...(customer === null
      ? {}
      : {
          customer_id: customer.id,
          customer_type: sale.customerType,
          ...(named
            ? {
                customer_name: `${customer.firstName} ${customer.lastName}`,
                customer_phone: customer.phone,
                customer_email: customer.email,
              }
            : {}),
        }),
    ...(sale.campaign === null ? {} : { campaign_id: sale.campaign.id, campaign_influenced: true }),
  }
}
