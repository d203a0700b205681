import './application.css'
import { MapView } from '../map/map-view.tsx'
import { LoginScreen } from '../panels/login/login-screen.tsx'
import { useSession } from '../state/session-store.ts'
import { Workspace } from './workspace.tsx'

/** The window: the map under everything, and over it either the work or the way in. */
export function Application() {
  const stage = useSession(state => state.stage)
  return (
    <div className="application" data-stage={stage}>
      <MapView />
      {stage === 'open' ? <Workspace /> : stage === 'opening' ? null : <LoginScreen stage={stage} />}
    </div>
  )
}
