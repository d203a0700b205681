import { join } from 'node:path'
import { asScoutError, ScoutError, toWireError } from '../app/errors.ts'
import { type AgentStatus, describe } from './agent-status.ts'
import { createLog, type Logger } from './log.ts'
import type { MachineClock } from './machine-clock.ts'
import type { OutboxLimits } from './outbox/limits.ts'
import { openOutbox } from './outbox/open-outbox.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { BatchLimit } from './outbox/records.ts'
import { rotationRequests } from './rotation-request.ts'
import { type AgentSettings, type GivenSettings, readSettings } from './settings.ts'
import { type FolderScan, WatchedFolder } from './sources/folder.ts'
import { DEFAULT_INTAKE_PORT, type HttpIntake, openHttpIntake } from './sources/http-intake.ts'
import { readSales } from './sources/read-sales.ts'
import { type TakenSales, takeSales } from './sources/take-sales.ts'
import type { BackoffOptions } from './uplink/backoff.ts'
import { type EnrolOptions, enrol } from './uplink/enrol.ts'
import { type Identity, IdentityStore } from './uplink/identity.ts'
import { KeyRing } from './uplink/key-ring.ts'
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
  /** Over those of `<home>/agent.json`. */
  readonly settings?: GivenSettings
  /** Over those of the settings: for tests, which fill small ones. */
  readonly limits?: Partial<OutboxLimits>
  readonly machine?: MachineClock
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
  /** Gives this device a new key now. @throws ScoutError `not_enrolled`, `offline`, … */
  rotateKey(): Promise<void>
  /** Resolves when a commit has reached the disk. @throws ScoutError `disk_full`, … */
  probe(): Promise<void>
  /** Sends until the outbox is empty; gives how many sales left it. */
  drain(options?: DrainOptions): Promise<number>
}

/** @throws ScoutError `outbox_locked` when another agent runs on this home. */
export function createAgent(options: AgentOptions): Agent {
  const log = options.log ?? createLog()
  const identities = new IdentityStore(options.home)
  const identity = readIdentity(identities, log)
  const settings = readSettings(options.home, options.settings)
  const outbox = openOutbox({
    directory: options.home,
    epochFloor: identity?.boot_epoch_floor ?? 1,
    limits: {
      maxBytes: settings.max_bytes,
      whenFull: settings.when_full,
      maxRejectedBytes: settings.rejected_max_bytes,
      ...options.limits,
    },
    ...(options.machine && { machine: options.machine }),
    onDamage: damage => log.error(damage, 'the outbox was damaged and set aside; a new boot epoch begins'),
  })
  return new EdgeAgent({ options, settings, log, identities, identity, outbox })
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

const DAY_MS = 86_400_000
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

interface AgentParts {
  readonly options: AgentOptions
  readonly settings: AgentSettings
  readonly log: Logger
  readonly identities: IdentityStore
  readonly identity: Identity | undefined
  readonly outbox: Outbox
}

class EdgeAgent implements Agent {
  readonly #options: AgentOptions
  readonly #settings: AgentSettings
  readonly #log: Logger
  readonly #identities: IdentityStore
  readonly #outbox: Outbox
  readonly #folder: WatchedFolder
  readonly #stopping = new AbortController()
  readonly #ended = Promise.withResolvers<void>()
  readonly #work = new Set<Promise<void>>()
  #ring: KeyRing | undefined
  #uplink: Uplink | undefined
  #intake: HttpIntake | undefined

  constructor({ options, settings, log, identities, identity, outbox }: AgentParts) {
    this.#options = options
    this.#settings = settings
    this.#log = log
    this.#identities = identities
    this.#outbox = outbox
    this.#folder = new WatchedFolder({
      directory: options.folder ?? join(options.home, 'inbox'),
      outbox,
      done: { maxBytes: settings.done_max_bytes, maxAgeMs: settings.done_max_days * DAY_MS },
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
    const { bootEpoch, counters, limits, oldestRecordedAt } = this.#outbox
    const rejections = this.#outbox.rejections(10)
    const report = { running: true, bootEpoch, ...counters, oldestRecordedAt, rejections }
    return describe(report, limits, this.#ring?.identity, this.#uplink?.status ?? null)
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
    if (this.#uplink) {
      this.#keepGoing(this.#uplink.run(signal))
      this.#keepGoing(this.#rotateWhenAsked(this.#uplink, signal))
    } else this.#log.warn('not enrolled: sales are stored and will be sent after enrolment')
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

  async rotateKey(): Promise<void> {
    if (!this.#uplink) throw new ScoutError('not_enrolled')
    await this.#tracked(this.#uplink.rotateKey(this.#stopping.signal))
  }

  async probe(): Promise<void> {
    await this.#outbox.probe()
  }

  #become(identity: Identity | undefined): void {
    const { batch, backoff, timeoutMs, machine } = this.#options
    this.#ring = identity && new KeyRing(this.#identities, identity)
    this.#uplink =
      this.#ring &&
      new Uplink({
        outbox: this.#outbox,
        ring: this.#ring,
        log: this.#log,
        rotateKeyMs: this.#settings.rotate_key_days * DAY_MS,
        batch,
        backoff,
        timeoutMs,
        machine,
      })
  }

  /** `edge-agent rotate-key` beside a running agent: two processes must not sign for one device. */
  async #rotateWhenAsked(uplink: Uplink, signal: AbortSignal): Promise<void> {
    for await (const request of rotationRequests(this.#options.home, signal)) {
      try {
        await uplink.rotateKey(signal)
        request.answer({ ok: true })
      } catch (error) {
        if (signal.aborted) return
        request.answer({ ok: false, error: toWireError(error) })
      }
    }
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
