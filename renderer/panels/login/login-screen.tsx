import './login.css'
import type { Stage } from '../../state/session-store.ts'
import { Filling } from './filling.tsx'
import { LoginForm } from './login-form.tsx'
import { StorageDenied } from './storage-denied.tsx'
import { TrustRoot } from './trust-root.tsx'

/** The way in, on a sheet over the empty sea. */
export function LoginScreen({ stage }: { stage: Exclude<Stage, 'open' | 'opening'> }) {
  return (
    <main className="entry">
      <section className="entry-sheet" aria-live="polite">
        <p className="entry-mark">
          <img src="/icon.svg" alt="" width="28" height="28" /> Scout
        </p>
        {stage === 'login' ? <LoginForm /> : null}
        {stage === 'trust' ? <TrustRoot /> : null}
        {stage === 'filling' ? <Filling /> : null}
        {stage === 'denied' ? <StorageDenied /> : null}
      </section>
    </main>
  )
}
