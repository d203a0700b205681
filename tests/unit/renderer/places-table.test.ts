import { describe, expect, test } from 'vitest'
import { placeRows, sortRows } from '../../../renderer/panels/table/rows.ts'
import { choroplethOf } from '../../../renderer/state/choropleth.ts'
import { FIRST_QUESTION, selectionOf } from '../../../renderer/state/question.ts'
import { catalogue, paintingOf } from './places.ts'

const painting = paintingOf([5, Number.NaN, 9, 5, 1, Number.NaN])
const selection = selectionOf({ ...FIRST_QUESTION, level: 'city' }, { from: 0, to: 1 })
const rows = placeRows(
  choroplethOf({ selection, painting }, FIRST_QUESTION.classing, catalogue, null),
  catalogue,
)
const codes = (key: 'name' | 'value', descending: boolean) =>
  sortRows(rows, key, descending).map(({ place }) => String(place.code))

describe('the table of places', () => {
  test('puts what has no value last, whichever way it is sorted', () => {
    expect(codes('value', true)).toEqual(['R1P2C1', 'R1P1C1', 'R1P2C2', 'R2P1C1', 'R1P1C2', 'R2P1C2'])
    expect(codes('value', false)).toEqual(['R2P1C1', 'R1P1C1', 'R1P2C2', 'R1P2C1', 'R1P1C2', 'R2P1C2'])
  })

  test('sorts by name both ways', () => {
    expect(codes('name', true)).toEqual(codes('name', false).reverse())
  })

  test('gives shares that add up to the whole', () => {
    const sum = rows.reduce((total, { share }) => total + (Number.isFinite(share) ? share : 0), 0)
    expect(sum).toBeCloseTo(1, 12)
  })
})
