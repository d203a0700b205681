const SIZE = 8
const WIDTH = 0.9

/** A tile of diagonal hairlines that repeats without a seam, at twice the size for sharp screens. */
export function hatchTile(colour: string): ImageData {
  const canvas = new OffscreenCanvas(SIZE * 2, SIZE * 2)
  const context = canvas.getContext('2d')
  if (context === null) return new ImageData(SIZE * 2, SIZE * 2)
  context.scale(2, 2)
  context.strokeStyle = colour
  context.lineWidth = WIDTH
  context.beginPath()
  for (const offset of [-SIZE, 0, SIZE]) {
    context.moveTo(offset - 1, SIZE + 1)
    context.lineTo(offset + SIZE + 1, -1)
  }
  context.stroke()
  return context.getImageData(0, 0, SIZE * 2, SIZE * 2)
}
