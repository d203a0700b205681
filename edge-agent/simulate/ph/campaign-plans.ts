import type { Need } from './products.ts'

export interface CampaignPlan {
  readonly key: string
  readonly name: string
  readonly type: 'promo' | 'seasonal' | 'loyalty' | 'flash_sale' | 'bundle'
  /** Month and day; where the end lies before the start, it is next year's. */
  readonly from: string
  readonly to: string
  readonly brands: readonly string[] | null
  readonly needs: readonly Need[]
  readonly discountPercent: number
  readonly budgetPesos: number
  /** How much likelier its products are picked while it runs. */
  readonly lift: number
  /** Of the sales of its products while it runs. */
  readonly influences: number
  /** Of all stores. */
  readonly storeShare: number
}

/** Ours: what a year of trade marketing looks like, repeated each year. */
export const CAMPAIGN_PLANS: readonly CampaignPlan[] = [
  {
    key: 'BER',
    name: 'Ber months cola',
    type: 'seasonal',
    from: '09-01',
    to: '10-31',
    brands: ['Coca Cola', 'Sprite', 'Royal'],
    needs: ['softdrink'],
    discountPercent: 5,
    budgetPesos: 900_000,
    lift: 1.35,
    influences: 0.3,
    storeShare: 0.6,
  },
  {
    key: 'NOV11',
    name: '11.11 load sale',
    type: 'flash_sale',
    from: '11-11',
    to: '11-11',
    brands: null,
    needs: ['load'],
    discountPercent: 10,
    budgetPesos: 80_000,
    lift: 3,
    influences: 0.7,
    storeShare: 1,
  },
  {
    key: 'PASKO',
    name: 'Pasko baskets',
    type: 'bundle',
    from: '11-20',
    to: '12-31',
    brands: ['Del Monte', 'Alaska', 'Nestle'],
    needs: ['sauce', 'milk', 'juice'],
    discountPercent: 8,
    budgetPesos: 1_200_000,
    lift: 1.8,
    influences: 0.4,
    storeShare: 0.5,
  },
  {
    key: 'KAPE',
    name: 'Kape at asukal',
    type: 'bundle',
    from: '01-10',
    to: '02-28',
    brands: ['Nescafe', 'Sugar'],
    needs: ['coffee', 'sugar'],
    discountPercent: 6,
    budgetPesos: 500_000,
    lift: 1.3,
    influences: 0.28,
    storeShare: 0.4,
  },
  {
    key: 'LENT',
    name: 'Lenten sardines',
    type: 'promo',
    from: '02-18',
    to: '04-04',
    brands: ['555'],
    needs: ['canned'],
    discountPercent: 7,
    budgetPesos: 350_000,
    lift: 1.6,
    influences: 0.33,
    storeShare: 0.7,
  },
  {
    key: 'TAGINIT',
    name: 'Tag-init coolers',
    type: 'seasonal',
    from: '03-15',
    to: '05-31',
    brands: null,
    needs: ['juice', 'ice', 'water'],
    discountPercent: 5,
    budgetPesos: 700_000,
    lift: 1.5,
    influences: 0.25,
    storeShare: 0.8,
  },
  {
    key: 'BALIK',
    name: 'Balik eskwela snacks',
    type: 'promo',
    from: '06-01',
    to: '07-15',
    brands: ['Oishi', 'Piattos', 'Rebisco'],
    needs: ['chips', 'biscuit', 'juice'],
    discountPercent: 6,
    budgetPesos: 600_000,
    lift: 1.4,
    influences: 0.3,
    storeShare: 0.6,
  },
  {
    key: 'SUKI',
    name: 'Suki shampoo points',
    type: 'loyalty',
    from: '01-01',
    to: '12-31',
    brands: ['Sunsilk', 'Cream Silk', 'Palmolive'],
    needs: ['shampoo', 'hair_conditioner'],
    discountPercent: 3,
    budgetPesos: 450_000,
    lift: 1.15,
    influences: 0.15,
    storeShare: 0.3,
  },
  {
    key: 'LINIS',
    name: 'Linis bundle',
    type: 'bundle',
    from: '08-01',
    to: '08-31',
    brands: ['Surf', 'Downy', 'Zonrox'],
    needs: ['detergent', 'fabric_conditioner', 'bleach'],
    discountPercent: 8,
    budgetPesos: 300_000,
    lift: 1.4,
    influences: 0.32,
    storeShare: 0.5,
  },
]
