import { describe, expect, test } from 'vitest'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { placeSearch } from '../../../renderer/panels/search/place-search.ts'
import { catalogue, code } from './places.ts'

const [template] = catalogue.places.city
const city = (name: string, digits: string, aliases: string[] = [], population = 50_000): Place => {
  if (template === undefined) throw new Error('no template')
  return { ...template, name, code: code(digits), aliases, population }
}
const country: Catalogue = {
  ...catalogue,
  places: {
    region: [],
    province: [],
    city: [
      city('Dasmariñas', '0402106000', ['Dasma']),
      city('City of San Fernando', '0301416000', ['San Fernando'], 350_000),
      city('San Fernando', '1705914000', [], 25_000),
      city('Cebu', '0730600000', ['Sugbo'], 960_000),
    ],
  },
}
const names = (text: string) => placeSearch(country)(text).map(({ name }) => name)

describe('looking for a place', () => {
  test('forgives case, accents and a slip', () => {
    expect(names('dasmarinas')[0]).toBe('Dasmariñas')
    expect(names('Dasmrinas')[0]).toBe('Dasmariñas')
  })

  test('knows aliases and codes', () => {
    expect(names('sugbo')[0]).toBe('Cebu')
    expect(names('0402106000')[0]).toBe('Dasmariñas')
  })

  test('names the larger of namesakes first', () => {
    expect(names('san fernando').slice(0, 2)).toEqual(['City of San Fernando', 'San Fernando'])
  })

  test('finds nothing for nonsense', () => {
    expect(names('zzzzqqqq')).toEqual([])
  })
})
