import { useDesk } from '../../data/desk-context.ts'
import { useData } from '../../state/data-store.ts'
import { useSession } from '../../state/session-store.ts'
import { progressText } from '../status/progress-text.ts'

/** Logged in, and nothing on this laptop yet. */
export function Filling() {
  const desk = useDesk()
  const syncing = useData(state => state.syncing)
  const problem = useData(state => state.problem)
  const online = useSession(state => state.online)
  if (syncing !== null) {
    return (
      <>
        <h1>Bringing your data here</h1>
        <p className="soft">Once only: from then on just what has changed.</p>
        <progress
          className="entry-progress"
          aria-label="Syncing"
          {...(syncing.total === undefined ? {} : { value: syncing.done, max: Math.max(1, syncing.total) })}
        />
        <p className="figure">{progressText(syncing)}</p>
        <button type="button" className="button" onClick={() => desk.cancelSync()}>
          Cancel
        </button>
      </>
    )
  }
  return (
    <>
      <h1>There is no data here yet</h1>
      <p>
        {problem?.message ??
          (online
            ? 'The download was stopped before it was complete. What has arrived is kept.'
            : 'Connect to the network once to fetch it.')}
      </p>
      <div className="entry-actions">
        <button type="button" className="button primary" onClick={() => void desk.sync()}>
          Fetch the data
        </button>
        <button type="button" className="button" onClick={() => void desk.logOut()}>
          Log out
        </button>
      </div>
    </>
  )
}
