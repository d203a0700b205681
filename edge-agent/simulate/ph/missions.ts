import type { Need } from './products.ts'

/** Parts of the day as the geography pack cuts it: morning from 6, afternoon from 12, evening from 18, night from 22. */
export type PartOfDay = 'morning' | 'afternoon' | 'evening' | 'night'

/** Something that a person comes to the store for, and what he takes with it. */
export interface Mission {
  readonly name: string
  /** How often, for each part of the day. */
  readonly weight: Readonly<Record<PartOfDay, number>>
  readonly wants: readonly Want[]
}

interface Want {
  readonly need: Need
  /** That it is bought on this mission. */
  readonly chance: number
  /** Pieces: one to this many, fewer being likelier. */
  readonly most: number
}

const want = (need: Need, chance = 1, most = 1): Want => ({ need, chance, most })
const at = (morning: number, afternoon: number, evening: number, night: number) => ({
  morning,
  afternoon,
  evening,
  night,
})

/** Ours. The pairs are those that storekeepers name: coffee with sugar, noodles with an egg, a soft drink with chips, beer with ice. */
export const MISSIONS: readonly Mission[] = [
  {
    name: 'coffee',
    weight: at(22, 6, 5, 10),
    wants: [want('coffee', 1, 2), want('sugar', 0.55), want('bread', 0.4, 6), want('milk', 0.25)],
  },
  {
    name: 'breakfast',
    weight: at(12, 1, 1, 2),
    wants: [want('milk', 0.8, 2), want('bread', 0.7, 8), want('egg', 0.45, 3), want('margarine', 0.12)],
  },
  {
    name: 'noodles',
    weight: at(8, 9, 8, 12),
    wants: [want('noodles', 1, 3), want('egg', 0.6, 3), want('softdrink', 0.2), want('canned', 0.1)],
  },
  {
    name: 'merienda',
    weight: at(7, 26, 12, 6),
    wants: [want('softdrink', 1, 2), want('chips', 0.62, 2), want('biscuit', 0.3, 2), want('ice', 0.15)],
  },
  {
    name: 'cooking',
    weight: at(14, 14, 18, 1),
    wants: [
      want('rice', 0.5, 3),
      want('oil', 0.45),
      want('soy_sauce', 0.42),
      want('vinegar', 0.38),
      want('canned', 0.35, 2),
      want('egg', 0.25, 4),
      want('fish_sauce', 0.15),
      want('salt', 0.12),
      want('sauce', 0.12),
      want('sugar', 0.1),
    ],
  },
  {
    name: 'smoke',
    weight: at(12, 12, 14, 20),
    wants: [want('cigarette', 1, 4), want('candy', 0.35, 3), want('coffee', 0.12)],
  },
  {
    name: 'laundry',
    weight: at(10, 5, 2, 0),
    wants: [
      want('detergent', 1, 3),
      want('fabric_conditioner', 0.58, 2),
      want('bleach', 0.16),
      want('soap', 0.1),
    ],
  },
  {
    name: 'bath',
    weight: at(7, 4, 8, 2),
    wants: [
      want('shampoo', 0.9, 3),
      want('soap', 0.4),
      want('hair_conditioner', 0.42, 2),
      want('toothpaste', 0.3),
    ],
  },
  { name: 'dishes', weight: at(2, 3, 4, 0), wants: [want('dishwashing', 1, 2), want('bleach', 0.08)] },
  {
    name: 'drinking',
    weight: at(0.5, 3, 13, 26),
    wants: [want('beer', 0.75, 4), want('spirits', 0.3), want('ice', 0.4, 3), want('chips', 0.5, 3)],
  },
  {
    name: 'child',
    weight: at(5, 12, 5, 1),
    wants: [want('candy', 0.9, 5), want('chips', 0.3), want('juice', 0.25), want('water', 0.1)],
  },
  { name: 'load', weight: at(6, 8, 9, 10), wants: [want('load'), want('water', 0.08)] },
  {
    name: 'baby',
    weight: at(2, 2, 3, 2),
    wants: [want('diaper', 0.95, 4), want('milk', 0.35), want('baby_care', 0.1)],
  },
  { name: 'fever', weight: at(2, 2, 3, 5), wants: [want('medicine', 1, 4), want('water', 0.2)] },
]
