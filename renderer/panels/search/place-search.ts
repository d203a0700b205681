import Fuse from 'fuse.js'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import { LEVELS, type Place } from '../../../app/domain/geography.ts'

const MOST = 12

/** Finds places by name, alias or code, whatever the case and the accents; slips of the finger are forgiven. */
export type PlaceSearch = (text: string) => readonly Place[]

export function placeSearch({ places }: Catalogue): PlaceSearch {
  const all = LEVELS.flatMap(level => places[level])
  const fuse = new Fuse(all, {
    keys: [
      { name: 'name', weight: 3 },
      { name: 'aliases', weight: 1.5 },
      { name: 'code', weight: 1 },
    ],
    threshold: 0.3,
    ignoreDiacritics: true,
    ignoreLocation: true,
    includeScore: true,
    minMatchCharLength: 2,
  })
  return text => {
    const wanted = text.trim()
    if (wanted.length === 0) return places.region
    const found = fuse.search(wanted, { limit: 60 })
    // Fuse ranks by likeness alone; of equally alike names the wider place and the larger one are more likely meant.
    return found
      .map(({ item, score = 1 }) => ({
        item,
        rank: score + LEVELS.indexOf(item.level) * 0.02 - sizeBonus(item) + beginning(item, wanted),
      }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST)
      .map(({ item }) => item)
  }
}

function sizeBonus({ population }: Place): number {
  return Math.log10(Math.max(1, population ?? 1)) * 0.008
}

function beginning({ name, code }: Place, wanted: string): number {
  const folded = name.toLowerCase().replace(/^city of /, '')
  return folded.startsWith(wanted.toLowerCase()) || code.startsWith(wanted) ? -0.1 : 0
}
