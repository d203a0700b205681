/**
 * Runs the newest request only: at most one is under way and at most one waits, and a newer one takes the waiting one's
 * place. What has been asked for last is always answered; what it overtook is never begun. Answers arrive in order, so
 * nothing old paints over something new.
 */
export class LatestOnly<Request, Answer> {
  private readonly run: (request: Request) => Promise<Answer>
  private readonly deliver: (answer: Answer, request: Request) => void
  private readonly failed: (error: unknown, request: Request) => void
  private waiting: { readonly request: Request } | null = null
  private busy = false

  constructor(
    run: (request: Request) => Promise<Answer>,
    deliver: (answer: Answer, request: Request) => void,
    failed: (error: unknown, request: Request) => void,
  ) {
    this.run = run
    this.deliver = deliver
    this.failed = failed
  }

  ask(request: Request): void {
    if (this.busy) this.waiting = { request }
    else void this.work(request)
  }

  private async work(first: Request): Promise<void> {
    this.busy = true
    let next: { readonly request: Request } | null = { request: first }
    while (next !== null) {
      const { request } = next
      try {
        this.deliver(await this.run(request), request)
      } catch (error) {
        this.failed(error, request)
      }
      next = this.waiting
      this.waiting = null
    }
    this.busy = false
  }
}
