import { MISSPELT } from '../ph/device-kinds.ts'
import { SPOKEN_BRANDS } from '../ph/spoken-brands.ts'
import type { Random } from '../random.ts'

/** A brand as a device wrote it down: mostly right, at times as people say it, or with a letter gone or doubled. */
export function writtenBrand(brand: string, random: Random): string {
  const drawn = random.next()
  if (drawn < MISSPELT.asSaid) return random.pick(SPOKEN_BRANDS[brand] ?? [brand])
  if (drawn < MISSPELT.asSaid + MISSPELT.slip) return slip(brand, random)
  return brand
}

function slip(brand: string, random: Random): string {
  const at = 1 + random.below(Math.max(1, brand.length - 1))
  const letter = brand[at] ?? ''
  return brand.slice(0, at) + (random.chance(0.5) ? '' : letter + letter) + brand.slice(at + 1)
}
