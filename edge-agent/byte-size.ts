const UNITS = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
} as const

/** The bytes that `2GiB`, `512 MiB` or `1000000` mean; `undefined` when it means none. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = 'B'] = /^\s*(\d+(?:\.\d+)?)\s*([kKMGT]?i?B)?\s*$/.exec(text) ?? []
  if (number === undefined || !isUnit(unit)) return undefined
  return Math.round(Number(number) * UNITS[unit])
}

/** For people, such as `1.5 GiB`. */
export function showBytes(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find(name => bytes >= UNITS[name])
  return unit === undefined ? `${bytes} B` : `${(bytes / UNITS[unit]).toFixed(1)} ${unit}`
}

function isUnit(unit: string): unit is keyof typeof UNITS {
  return Object.hasOwn(UNITS, unit)
}
