import { Component, type ReactNode } from 'react'
import { ERRORS } from '../../app/errors.ts'

/** Instead of an empty window: what happened, and that the data is safe. */
export class CrashBoundary extends Component<
  { readonly children: ReactNode },
  { readonly crashed: boolean }
> {
  override state = { crashed: false }

  static getDerivedStateFromError() {
    return { crashed: true }
  }

  override render() {
    if (!this.state.crashed) return this.props.children
    return (
      <main className="entry">
        <section className="entry-sheet" role="alert">
          <h1>{ERRORS.internal.message.split('.')[0]}</h1>
          <p>Your data on this laptop is safe. Opening Scout again usually helps.</p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Open again
          </button>
        </section>
      </main>
    )
  }
}
