import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import { LEVELS, type Level } from '../../../app/domain/geography.ts'
import { levelsWithin } from '../../state/navigation.ts'
import { useSelection } from '../../state/selection-store.ts'

export function LevelPicker({ catalogue }: { catalogue: Catalogue }) {
  const level = useSelection(state => state.question.level)
  const within = useSelection(state => state.question.within)
  const ask = useSelection(state => state.ask)
  const possible = levelsWithin(within, catalogue)
  return (
    <section className="block" aria-labelledby="level-title">
      <h2 id="level-title" className="eyebrow">
        Compare
      </h2>
      <ToggleButtonGroup
        className="segments"
        aria-labelledby="level-title"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[level]}
        onSelectionChange={keys => {
          const chosen = LEVELS.find(known => keys.has(known))
          if (chosen !== undefined) ask({ level: chosen })
        }}
      >
        {LEVELS.map(known => (
          <ToggleButton key={known} id={known} className="segment" isDisabled={!possible.includes(known)}>
            {shortName(known, catalogue)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </section>
  )
}

/** "Cities and municipalities" has no room in a switch; its first word says enough. */
function shortName(level: Level, { pack }: Catalogue): string {
  return pack.levels[level].many.split(' ')[0] ?? level
}
