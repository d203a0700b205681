import { type FormEvent, useEffect, useState } from 'react'
import { ERRORS, toWireError, type WireError } from '../../../app/errors.ts'
import { useDesk } from '../../data/desk-context.ts'
import { useData } from '../../state/data-store.ts'
import { useSession } from '../../state/session-store.ts'
import { ServerField } from './server-field.tsx'

export function LoginForm() {
  const desk = useDesk()
  const reason = useSession(state => state.reason)
  const active = useData(state => state.active)
  const earlier = useData(state => state.problem)
  const known = useSession(state => state.profile)
  const [problem, setProblem] = useState<WireError | null>(null)
  const [busy, setBusy] = useState(false)
  const [server, setServer] = useState<string | null>(null)
  useEffect(() => {
    desk.host.info().then(
      info => setServer(info.serverUrl),
      () => setServer(null),
    )
  }, [desk])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    setBusy(true)
    setProblem(null)
    try {
      if (desk.host.kind === 'electron') await desk.host.chooseServer(text('server'))
      await desk.logIn({ email: text('email').trim(), password: text('password') })
    } catch (error) {
      setProblem(toWireError(error))
    } finally {
      setBusy(false)
    }
  }
  const shown = problem ?? earlier
  return (
    <>
      <h1>Log in</h1>
      {reason === null ? null : <p className="notice warn">{ERRORS[reason].message}</p>}
      <form onSubmit={submit} className="entry-form">
        {desk.host.kind === 'electron' ? <ServerField current={server} /> : null}
        <div className="field">
          <label htmlFor="email">E-mail</label>
          <input
            id="email"
            name="email"
            type="email"
            required
            autoComplete="username"
            defaultValue={known?.email ?? ''}
            aria-describedby={shown === null ? undefined : 'login-problem'}
          />
        </div>
        <div className="field">
          <label htmlFor="password">Password</label>
          <input id="password" name="password" type="password" required autoComplete="current-password" />
        </div>
        {shown === null ? null : (
          <p id="login-problem" className="notice bad" role="alert">
            {shown.code === 'offline'
              ? 'The sync server does not answer. Logging in needs a connection once.'
              : shown.message}
          </p>
        )}
        <button type="submit" className="button primary entry-submit" disabled={busy}>
          {busy ? 'Logging in' : 'Log in'}
        </button>
      </form>
      {active === null ? (
        <p className="soft entry-note">After the first log-in Scout works without a connection.</p>
      ) : (
        <button type="button" className="link" onClick={() => useSession.setState({ stage: 'open' })}>
          Go on with what is here
        </button>
      )}
    </>
  )
}
