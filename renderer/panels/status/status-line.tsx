import './status.css'
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { coverage } from '../../../app/domain/metrics.ts'
import { useDesk } from '../../data/desk-context.ts'
import { percent } from '../../format/number.ts'
import { agoText } from '../../format/time.ts'
import { useData } from '../../state/data-store.ts'
import { useSession } from '../../state/session-store.ts'
import { progressText } from './progress-text.ts'

const MINUTE_MS = 60_000
/** Data older than this is called so. */
const STALE_MS = 3 * 24 * 60 * MINUTE_MS

/** One line of truth about the data: which version, how fresh, from where, on what it rests. */
export function StatusLine() {
  const active = useData(state => state.active)
  const painted = useData(state => state.painted)
  const catalogue = useData(state => state.catalogue)
  const now = useNow()
  const version = active?.datasets.find(({ datasetId }) => datasetId === 'gold.sales_cube')?.version
  const priced = painted === null ? Number.NaN : coverage(painted.painting.total.measures)
  const stale = active !== null && now - Date.parse(active.publishedAt) > STALE_MS
  return (
    <footer className="status">
      {active?.sample ? (
        <span
          className="status-sample"
          title="These sales are synthetic: they show what Scout does, not what was sold."
        >
          Sample data
        </span>
      ) : null}
      {active === null ? null : (
        <span className="figure" title={`Publication ${active.sequence}, ${active.publishedAt}`}>
          Version {version ?? active.sequence}
          <span className={stale ? 'status-stale' : 'soft'}>
            {' '}
            published {agoText(active.publishedAt, now)}
          </span>
        </span>
      )}
      {catalogue === null || !Number.isFinite(priced) ? null : (
        <span className="figure">
          Price known for {percent(priced, catalogue.pack.locale)}
          <span className="soft"> of sales</span>
        </span>
      )}
      <Work />
      <Connection />
    </footer>
  )
}

function Work() {
  const desk = useDesk()
  const syncing = useData(state => state.syncing)
  const loading = useData(state => state.loading)
  const problem = useData(state => state.problem)
  if (syncing !== null) {
    return (
      <span className="status-work" role="status">
        {syncing.total === undefined ? null : (
          <progress aria-label="Syncing" value={syncing.done} max={Math.max(1, syncing.total)} />
        )}
        <span className="figure">{progressText(syncing)}</span>
        <Button className="status-action" onPress={() => desk.cancelSync()}>
          Cancel
        </Button>
      </span>
    )
  }
  if (loading !== null) {
    return (
      <span className="status-work soft" role="status">
        Opening the data
      </span>
    )
  }
  if (problem === null) return <span className="status-work" />
  return (
    <span className="status-work status-problem" role="alert">
      <span className="status-message" title={problem.message}>
        {problem.message}
      </span>
      {problem.retryable ? (
        <Button className="status-action" onPress={() => void desk.sync()}>
          Try again
        </Button>
      ) : null}
    </span>
  )
}

function Connection() {
  const online = useSession(state => state.online)
  const signedIn = useSession(state => state.signedIn)
  const profile = useSession(state => state.profile)
  const text = !online ? 'Offline' : signedIn ? 'Online' : 'Not logged in'
  const about = !online
    ? `What is here stays usable${profile === null ? '' : ` until ${new Date(profile.offline_until).toLocaleDateString()}`}.`
    : signedIn
      ? 'Connected to the sync server.'
      : 'What is here stays usable. Log in again to receive newer data.'
  return (
    <span
      className="status-connection"
      title={about}
      data-state={!online ? 'offline' : signedIn ? 'online' : 'out'}
    >
      {online && !signedIn ? (
        <Button
          className="status-action"
          onPress={() => useSession.setState({ stage: 'login', reason: null })}
        >
          Log in again
        </Button>
      ) : null}
      <span className="status-dot" aria-hidden="true" />
      {text}
    </span>
  )
}

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
