import { Legend } from '../map/legend.tsx'
import { MapControls } from '../map/map-controls.tsx'
import { MapKeyboard } from '../map/map-keyboard.tsx'
import { Tooltip } from '../map/tooltip.tsx'
import { AboutDialog } from '../panels/about/about-dialog.tsx'
import { ExplorePanel } from '../panels/explore/explore-panel.tsx'
import { Inspector } from '../panels/inspector/inspector.tsx'
import { SearchDialog } from '../panels/search/search-dialog.tsx'
import { StatusLine } from '../panels/status/status-line.tsx'
import { PlacesTable } from '../panels/table/places-table.tsx'
import { Timeline } from '../panels/timeline/timeline.tsx'
import { useView } from '../state/view-store.ts'
import { useShortcuts } from './shortcuts.ts'
import { TopBar } from './top-bar.tsx'

/** The question on the left, the answer in the middle, what was picked on the right, time below. */
export function Workspace() {
  useShortcuts()
  const view = useView(state => state.view)
  const panelOpen = useView(state => state.panelOpen)
  return (
    <div className="workspace">
      <TopBar />
      {panelOpen ? <ExplorePanel /> : null}
      <main className="view" id="view">
        {view === 'table' ? (
          <PlacesTable />
        ) : (
          <>
            <MapKeyboard />
            <Legend />
            <MapControls />
            <Tooltip />
          </>
        )}
      </main>
      <Inspector />
      <Timeline />
      <StatusLine />
      <SearchDialog />
      <AboutDialog />
    </div>
  )
}
