import { join } from 'node:path'
import { asScoutError, ScoutError } from '../app/errors.ts'
import { type AgentStatus, describe } from './agent-status.ts'
import { createLog, type Logger } from './log.ts'
import { openOutbox } from './outbox/open-outbox.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { BatchLimit } from './outbox/records.ts'
import { type FolderScan, WatchedFolder } from './sources/folder.ts'
import { DEFAULT_INTAKE_PORT, type HttpIntake, openHttpIntake } from './sources/http-intake.ts'
import { readSales } from './sources/read-sales.ts'
import { type TakenSales, takeSales } from './sources/take-sales.ts'
import type { BackoffOptions } from './uplink/backoff.ts'
import { type EnrolOptions, enrol } from './uplink/enrol.ts'
import { type Identity, IdentityStore } from './uplink/identity.ts'
import { type DrainOptions, Uplink } from './uplink/uplink.ts'

export interface AgentOptions {
  /** Holds the outbox, the keys and the enrolment. */
  readonly home: string
  /** Watched for sales; `<home>/inbox` when absent. */
  readonly folder?: string
  /** Of the intake on loopback; 0 takes any free one. */
  readonly port?: number
  readonly log?: Logger
  /** The most that is sent at once. */
  readonly batch?: BatchLimit
  readonly backoff?: BackoffOptions
  /** Of one request. */
  readonly timeoutMs?: number
}

/**
 * The store-and-forward agent: sources put sales into the outbox, the uplink takes them out.
 *
 * Making it opens the outbox and takes its lock; `stop` closes it. In between any of `start`, `scanFolder`, `take` and `drain`
 * may be used, in any order and together.
 */
export interface Agent {
  /** `undefined` before `start` and after `stop`. */
  readonly intakeUrl: string | undefined
  /** Settles when the agent can no longer do its work: rejects with the reason, resolves on `stop`. */
  readonly ended: Promise<void>
  status(): AgentStatus
  enrol(options: EnrolOptions): Promise<Identity>
  /** Opens the intake, watches the folder and, when enrolled, sends. */
  start(): Promise<void>
  /** Stops taking in and sending, and closes the outbox. What was not answered by the server stays in it. */
  stop(): Promise<void>
  /** Takes in what lies in the folder now. */
  scanFolder(): Promise<FolderScan>
  /** Takes in sales as `POST /v1/sales` does; resolves after the commit. */
  take(json: string): Promise<TakenSales>
  /** Sends until the outbox is empty; gives how many sales left it. */
  drain(options?: DrainOptions): Promise<number>
}

/** @throws ScoutError `outbox_locked` when another agent runs on this home. */
export function createAgent(options: AgentOptions): Agent {
  const log = options.log ?? createLog()
  const identities = new IdentityStore(options.home)
  const identity = readIdentity(identities, log)
  const outbox = openOutbox({
    directory: options.home,
    epochFloor: identity?.boot_epoch_floor ?? 1,
    onDamage: damage => log.error(damage, 'the outbox was damaged and set aside; a new boot epoch begins'),
  })
  return new EdgeAgent(options, log, identities, identity, outbox)
}

/** A damaged enrolment must not keep a shop from storing its sales; they wait until the device is enrolled again. */
function readIdentity(identities: IdentityStore, log: Logger): Identity | undefined {
  try {
    return identities.read()
  } catch (error) {
    log.error({ err: error }, asScoutError(error).message)
    return undefined
  }
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

class EdgeAgent implements Agent {
  readonly #options: AgentOptions
  readonly #log: Logger
  readonly #identities: IdentityStore
  readonly #outbox: Outbox
  readonly #folder: WatchedFolder
  readonly #stopping = new AbortController()
  readonly #ended = Promise.withResolvers<void>()
  readonly #work = new Set<Promise<void>>()
  #identity: Identity | undefined
  #uplink: Uplink | undefined
  #intake: HttpIntake | undefined

  constructor(
    options: AgentOptions,
    log: Logger,
    identities: IdentityStore,
    identity: Identity | undefined,
    outbox: Outbox,
  ) {
    this.#options = options
    this.#log = log
    this.#identities = identities
    this.#outbox = outbox
    this.#folder = new WatchedFolder({
      directory: options.folder ?? join(options.home, 'inbox'),
      outbox,
      onError: error => log.error({ err: error }, 'the watched folder could not be read'),
    })
    this.#become(identity)
    // Whoever does not ask how it ended is not to be killed by the answer.
    this.#ended.promise.catch(error => log.fatal({ err: error }, 'the agent cannot go on'))
  }

  get intakeUrl(): string | undefined {
    return this.#intake?.url
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  status(): AgentStatus {
    const { bootEpoch, waiting, rejected, oldestRecordedAt } = this.#outbox
    const rejections = this.#outbox.rejections(10)
    const report = { running: true, bootEpoch, waiting, rejected, oldestRecordedAt, rejections }
    return describe(report, this.#identity, this.#uplink?.status ?? null)
  }

  async enrol(options: EnrolOptions): Promise<Identity> {
    if (this.#intake) throw new ScoutError('busy', { message: 'Stop the agent before enrolling it anew.' })
    const { protocol, hostname } = new URL(options.server)
    if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
      this.#log.warn({ server: options.server }, 'the way to this server is not encrypted: use https')
    }
    const identity = await enrol(this.#identities, options)
    await this.#outbox.raiseEpoch(identity.boot_epoch_floor)
    this.#become(identity)
    return identity
  }

  async start(): Promise<void> {
    if (this.#intake) return
    this.#intake = await openHttpIntake({
      outbox: this.#outbox,
      port: this.#options.port ?? DEFAULT_INTAKE_PORT,
      status: () => this.status(),
      onError: error => this.#log.error({ err: error }, 'the intake failed'),
    })
    const { signal } = this.#stopping
    this.#keepGoing(this.#folder.watch(signal))
    if (this.#uplink) this.#keepGoing(this.#uplink.run(signal))
    else this.#log.warn('not enrolled: sales are stored and will be sent after enrolment')
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#intake?.close()
    this.#intake = undefined
    await Promise.all(this.#work)
    this.#outbox.close()
    this.#ended.resolve()
  }

  async scanFolder(): Promise<FolderScan> {
    return await this.#tracked(this.#folder.scan({ final: true, signal: this.#stopping.signal }))
  }

  async take(json: string): Promise<TakenSales> {
    return (await this.#tracked(takeSales(this.#outbox, readSales(json)))).body
  }

  async drain(options: DrainOptions = {}): Promise<number> {
    if (!this.#uplink) throw new ScoutError('not_enrolled')
    const { signal } = this.#stopping
    const either = options.signal ? AbortSignal.any([options.signal, signal]) : signal
    return await this.#tracked(this.#uplink.drain({ ...options, signal: either }))
  }

  #become(identity: Identity | undefined): void {
    const { batch, backoff, timeoutMs } = this.#options
    this.#identity = identity
    this.#uplink =
      identity && new Uplink({ outbox: this.#outbox, identity, log: this.#log, batch, backoff, timeoutMs })
  }

  #keepGoing(work: Promise<void>): void {
    this.#tracked(work).catch(error => this.#ended.reject(error))
  }

  /** `stop` waits for it before it closes the outbox. */
  #tracked<T>(work: Promise<T>): Promise<T> {
    const over = work.then(
      () => undefined,
      () => undefined,
    )
    this.#work.add(over)
    over.then(() => this.#work.delete(over))
    return work
  }
}
