import { INGESTION_LIMITS, type IngestionLimits } from './ingestion/admission.ts'

/** What shapes a running server. `DEFAULTS` serve one machine; tests turn single knobs. */
export interface ServerConfig {
  /** Signs access tokens. */
  readonly sessionKey: Uint8Array
  /** The built application (`dist/renderer`); null serves the interface alone. */
  readonly appDir: string | null
  readonly logLevel: string
  /** Behind one proxy that sets X-Forwarded-*: only then are they believed, and only what it added itself. */
  readonly trustProxy: boolean
  /** Requests a minute and address. */
  readonly rateLimits: { readonly login: number; readonly enrol: number; readonly token: number }
  readonly ingestion: IngestionLimits
  /** So long after data changed they are published, and so at most that often; null leaves publishing to people. */
  readonly publishEveryMs: number | null
  /** Who shows it may read /metrics from anywhere; without one only this machine may. */
  readonly metricsToken: string | null
  /** The server's clock. */
  readonly now: () => Date
}

export const DEFAULTS = {
  appDir: null,
  logLevel: 'info',
  trustProxy: false,
  rateLimits: { login: 30, enrol: 120, token: 600 },
  ingestion: INGESTION_LIMITS,
  publishEveryMs: 4 * 60_000,
  metricsToken: null,
  now: () => new Date(),
} as const satisfies Partial<ServerConfig>
