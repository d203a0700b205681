import { useState } from 'react'
import { formatFingerprint } from '../../../app/contracts/manifest.ts'
import { toWireError, type WireError } from '../../../app/errors.ts'
import { useDesk } from '../../data/desk-context.ts'
import { useSession } from '../../state/session-store.ts'

/** First log-in on this laptop: from here on it believes only what this root of trust has signed. */
export function TrustRoot() {
  const desk = useDesk()
  const profile = useSession(state => state.profile)
  const [problem, setProblem] = useState<WireError | null>(null)
  const [busy, setBusy] = useState(false)
  if (profile === null) return null
  const trust = () => {
    setBusy(true)
    desk.trust().catch((error: unknown) => {
      setProblem(toWireError(error))
      setBusy(false)
    })
  }
  return (
    <>
      <h1>Is this the right source?</h1>
      <p>
        This laptop will accept only data that {profile.tenant_name} has signed. Compare this fingerprint with
        the one that your administrator gave you.
      </p>
      <p className="entry-fingerprint figure">
        {formatFingerprint(profile.root_sha256)
          .split(' ')
          .map((group, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: groups stay where they are and may repeat
            <span key={i}>{group} </span>
          ))}
      </p>
      {problem === null ? null : (
        <p className="notice bad" role="alert">
          {problem.message}
        </p>
      )}
      <div className="entry-actions">
        <button type="button" className="button primary" disabled={busy} onClick={trust}>
          It matches: go on
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => void desk.logOut()}>
          It does not
        </button>
      </div>
    </>
  )
}
