import './without-eval.ts'
import './design/tokens.css'
import './design/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Desk } from './data/desk.ts'
import { DeskContext } from './data/desk-context.ts'
import { startWorkers } from './data/workers.ts'
import { host } from './host/current-host.ts'
import { SessionKeeper } from './host/session-keeper.ts'
import { Application } from './shell/application.tsx'
import { CrashBoundary } from './shell/crash-boundary.tsx'
import { followPaintings } from './state/choropleth-store.ts'
import { followLink } from './state/link-follower.ts'
import { followTheme } from './state/theme-store.ts'

const desk = new Desk(startWorkers(), host, new SessionKeeper())
followTheme()
followLink()
followPaintings()
void desk.open()
desk.keepFresh()

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <DeskContext value={desk}>
        <CrashBoundary>
          <Application />
        </CrashBoundary>
      </DeskContext>
    </StrictMode>,
  )
}
// Where it cannot be kept (a private window), Scout still runs as long as its server answers.
host.keepApplication().catch(() => undefined)
