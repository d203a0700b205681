const GAP = 14

/** Moves the tooltip without a render: it follows the pointer in the same frame. */
export function moveTooltip({ x, y }: { readonly x: number; readonly y: number }): void {
  const style = document.documentElement.style
  style.setProperty('--tooltip-x', `${x + GAP}px`)
  style.setProperty('--tooltip-y', `${y + GAP}px`)
}
