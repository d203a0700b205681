import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { labelLines, placeLabels, shortName } from '../../../renderer/map/label-layout.ts'
import { neighbour } from '../../../renderer/map/neighbour.ts'

const wish = fc.record({
  x: fc.integer({ min: -50, max: 850 }),
  y: fc.integer({ min: -50, max: 650 }),
  width: fc.integer({ min: 10, max: 120 }),
  height: fc.constantFrom(13, 26),
})

describe('names on the map', () => {
  test('never overlap and never leave the frame', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 80 }), wishes => {
        const kept = placeLabels(wishes, { width: 800, height: 600 }, 40).flatMap(i => wishes[i] ?? [])
        expect(kept.length).toBeLessThanOrEqual(40)
        for (const [i, a] of kept.entries()) {
          expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0)
          expect(a.y + a.height / 2).toBeLessThanOrEqual(600)
          for (const b of kept.slice(i + 1)) {
            const apart =
              Math.abs(a.x - b.x) * 2 >= a.width + b.width || Math.abs(a.y - b.y) * 2 >= a.height + b.height
            expect(apart).toBe(true)
          }
        }
      }),
    )
  })

  test('keep the first wish that fits', () => {
    const same = { x: 100, y: 100, width: 50, height: 13 }
    expect(placeLabels([same, same], { width: 200, height: 200 }, 9)).toEqual([0])
  })

  test('are as short as the pack allows', () => {
    expect(shortName('City of Laoag', ['Laoag City', 'Laoag'])).toBe('Laoag')
    expect(shortName('Bangsamoro (BARMM)', [])).toBe('Bangsamoro')
    expect(shortName('Cagayan Valley', ['Region II'])).toBe('Cagayan Valley')
  })

  test('break into lines without losing a word', () => {
    expect(labelLines('Cordillera Administrative Region')).toEqual(['Cordillera', 'Administrative', 'Region'])
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[A-Za-z]{1,14}$/), { minLength: 1, maxLength: 6 }), words => {
        expect(labelLines(words.join(' ')).join(' ')).toBe(words.join(' '))
      }),
    )
  })
})

describe('arrow keys on the map', () => {
  const places = [
    { lon: 0, lat: 0 },
    { lon: 2, lat: 0.1 },
    { lon: 1, lat: 2 },
    { lon: -3, lat: 0 },
  ]
  const all = [0, 1, 2, 3]

  test('lead to the nearest place that way', () => {
    expect(neighbour(places, all, 0, 'right')).toBe(1)
    expect(neighbour(places, all, 0, 'left')).toBe(3)
    expect(neighbour(places, all, 0, 'up')).toBe(2)
  })

  test('stay where nothing lies that way', () => {
    expect(neighbour(places, all, 0, 'down')).toBe(0)
  })
})
