/** A colour between the stops by straight lines in OKLab, where equal steps look equal. Stops are `#rrggbb`. */
export function colourBetween(stops: readonly string[]): (t: number) => string {
  const points = stops.map(labOfHex)
  return t => {
    const at = Math.min(1, Math.max(0, t)) * (points.length - 1)
    const left = Math.min(points.length - 2, Math.floor(at))
    const a = points[left] ?? [0, 0, 0]
    const b = points[left + 1] ?? a
    const part = at - left
    return hexOfLab([mix(a[0], b[0], part), mix(a[1], b[1], part), mix(a[2], b[2], part)])
  }
}

type Triple = readonly [number, number, number]

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part
}

/** sRGB to OKLab; coefficients from Björn Ottosson, "A perceptual color space for image processing". */
function labOfHex(hex: string): Triple {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  const r = channel(1)
  const g = channel(3)
  const b = channel(5)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function hexOfLab([L, a, b]: Triple): string {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  const hex = (linear: number) => {
    const c = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
    return Math.round(Math.min(1, Math.max(0, c)) * 255)
      .toString(16)
      .padStart(2, '0')
  }
  const red = hex(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = hex(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = hex(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return `#${red}${green}${blue}`
}
