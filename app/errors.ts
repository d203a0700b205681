/**
 * The closed list of everything that can go wrong in Scout and that somebody may have to act on.
 *
 * A code is a promise: it never changes its meaning, it has one HTTP status and one answer to "does trying again help?".
 * The default message says what to do next; a thrower may say it more exactly, never more vaguely.
 */
export const ERRORS = {
  // Input
  request_invalid: e(
    400,
    false,
    'The request does not have the expected shape. Correct the fields named in the details.',
  ),
  body_too_large: e(413, false, 'The body is larger than allowed. Send it in smaller batches.'),
  encoding_unsupported: e(415, false, 'Send the body as gzip-compressed application/x-ndjson.'),
  compression_invalid: e(
    400,
    false,
    'The body is not valid gzip. Send it again; if it fails again, update the agent.',
  ),
  batch_malformed: e(
    400,
    false,
    "The batch's header line cannot be read. Nothing was stored; send the batch again.",
  ),
  not_found: e(404, false, 'There is nothing under this address.'),
  conflict: e(409, false, 'Somebody else changed this in the meantime. Look again and repeat.'),
  rate_limited: e(429, true, 'Too many requests. Wait for the time in Retry-After.'),
  overloaded: e(
    429,
    true,
    'The server has more to take in than it can hold. Nothing of this was read; wait for the time in Retry-After.',
  ),
  busy: e(409, true, 'This work is already under way. Wait for it to end.'),

  // Who you are
  credentials_invalid: e(401, false, 'E-mail or password is wrong.'),
  token_missing: e(401, false, 'Log in first.'),
  token_invalid: e(401, false, 'The access token is not valid. Log in again.'),
  token_expired: e(401, true, 'The access token has expired. Refresh it and repeat.'),
  session_revoked: e(401, false, 'This session has ended, or was used from two places. Log in again.'),
  forbidden: e(403, false, 'Your role does not allow this. Ask an administrator.'),
  csrf_refused: e(403, false, 'The request did not come from the Scout application and was refused.'),

  // Devices
  claim_unknown: e(
    401,
    false,
    'The claim code is not known. Check it for typing mistakes or ask for a new one.',
  ),
  claim_expired: e(401, false, 'The claim code has expired. Ask an administrator for a new one.'),
  claim_used: e(409, false, 'The claim code has been used already. Ask an administrator for a new one.'),
  device_unknown: e(401, false, 'This device is not enrolled. Enrol it with a claim code.'),
  device_suspended: e(
    403,
    false,
    'This device was suspended. Its sales stay in its outbox; ask an administrator.',
  ),
  device_revoked: e(
    403,
    false,
    'This device was revoked. Its sales stay in its outbox: ask an administrator for a claim code and enrol it again.',
  ),
  signature_invalid: e(
    401,
    false,
    'The signature does not match. Check that the key belongs to this device; enrol it again if it was lost.',
  ),
  event_key_conflict: e(
    409,
    false,
    'Another sale was sent under the same sequence number: this device was probably cloned. Enrol one of the two anew.',
  ),
  boot_epoch_stale: e(
    409,
    false,
    'The outbox is older than the one this device used before. Enrol the device again.',
  ),

  // Sales
  sale_malformed: e(400, false, 'The sale is not valid JSON.'),
  sale_too_large: e(413, false, 'The sale is larger than 1 MiB.'),
  sale_invalid: e(400, false, 'The sale does not follow its contract. The fields are named in the details.'),
  contract_unknown: e(
    400,
    false,
    'The contract of the sale is not known. Update the server, or correct the contract name.',
  ),
  number_imprecise: e(
    400,
    false,
    'A number in the sale has more digits than can be kept exactly. Send it as text.',
  ),

  // The agent's own machine
  outbox_corrupt: e(
    500,
    false,
    'The outbox file cannot be read. It was set aside; send it to your administrator.',
  ),
  outbox_full: e(
    507,
    true,
    'The outbox is full. Keep the sale and hand it in again; connect the device so that it can send, or raise max_bytes.',
  ),
  outbox_locked: e(409, false, 'Another agent already runs on this outbox. Stop it first.'),
  not_enrolled: e(409, false, 'The agent is not enrolled. Run `edge-agent enrol` with a claim code.'),
  disk_full: e(507, true, 'The disk is full. Nothing that was stored is lost; free some space.'),

  // Medallion and publishing
  migration_changed: e(
    500,
    false,
    'A migration that has already run was changed. Restore it and add a new one.',
  ),
  check_failed: e(
    409,
    false,
    'A blocking check failed, so nothing was published. The details name the check and its rows.',
  ),
  reference_invalid: e(500, false, 'The reference data cannot be read. The details name the file and line.'),
  version_exists: e(409, false, 'This version exists already. Choose a higher one.'),
  nothing_to_publish: e(409, false, 'There is nothing to publish yet: no sale has reached the gold tables.'),
  personal_unreadable: e(
    500,
    false,
    'Sealed personal data cannot be opened: its key is missing, or it was changed. Restore secrets.json from its back-up.',
  ),
  database_unavailable: e(503, true, 'The database does not answer. Trying again helps once it is back.'),

  // Trust and syncing
  root_untrusted: e(
    403,
    false,
    'The server shows another root of trust than the one this laptop knows. Ask your administrator before going on.',
  ),
  metadata_invalid: e(
    502,
    false,
    "The dataset's metadata is damaged or wrongly signed and was refused. The version you have stays open.",
  ),
  metadata_expired: e(
    502,
    true,
    "The dataset's metadata has expired. What you have stays readable; sync again later.",
  ),
  metadata_replayed: e(
    502,
    false,
    'The server offered older data than this laptop already has. It was refused.',
  ),
  blob_hash_mismatch: e(
    502,
    true,
    'A downloaded file was damaged and was refused. The version you have stays open; sync again.',
  ),
  blob_missing: e(404, true, 'A file of this version is missing. Sync again to repair it.'),
  partition_invalid: e(
    500,
    false,
    'A partition cannot be decoded. Sync again; if it fails again, tell your administrator.',
  ),
  storage_denied: e(
    403,
    false,
    'This browser does not let Scout store data. Allow site data for this address, or leave private browsing.',
  ),
  storage_full: e(
    507,
    true,
    'There is no space left for this version. The version you have stays open; free some space and sync again.',
  ),
  store_locked: e(409, true, 'Another Scout window is syncing. It will be here as soon as that one is done.'),
  nothing_synced: e(404, false, 'There is no data on this laptop yet. Connect once and sync.'),
  profile_expired: e(
    401,
    false,
    'You have been offline longer than allowed. Connect and log in to open your data again.',
  ),

  // Everywhere
  offline: e(
    503,
    true,
    'There is no connection. What you have stays usable; syncing goes on when the network is back.',
  ),
  cancelled: e(499, true, 'Cancelled.'),
  ipc_refused: e(403, false, 'The call was refused because it did not come from the Scout window.'),
  internal: e(500, true, 'Something went wrong inside Scout. It was written to the log.'),
} as const satisfies Record<string, ErrorKind>

interface ErrorKind {
  readonly status: number
  readonly retryable: boolean
  readonly message: string
}

function e(status: number, retryable: boolean, message: string): ErrorKind {
  return { status, retryable, message }
}

export type ErrorCode = keyof typeof ERRORS

/** JSON that travels with an error: never secrets, never internals. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** An error as it crosses HTTP, Comlink or IPC. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly details?: ErrorDetails
}

export interface ScoutErrorOptions {
  readonly message?: string
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/** The one error class. `throw new ScoutError('claim_expired')`. */
export class ScoutError extends Error {
  override readonly name = 'ScoutError'
  readonly code: ErrorCode
  readonly details: ErrorDetails | undefined

  constructor(code: ErrorCode, options: ScoutErrorOptions = {}) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause })
    this.code = code
    this.details = options.details
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value)
}

/** What of any thrown value may be shown: a `ScoutError` as it is, an abort as `cancelled`, the rest as `internal`. */
export function toWireError(thrown: unknown): WireError {
  const error = asScoutError(thrown)
  const { code, message, retryable, details } = error
  return details === undefined ? { code, message, retryable } : { code, message, retryable, details }
}

/** The `ScoutError` that a wire error describes; anything that is not one becomes `internal`. */
export function fromWireError(wire: unknown): ScoutError {
  if (typeof wire !== 'object' || wire === null || !('code' in wire) || !isErrorCode(wire.code)) {
    return new ScoutError('internal', { cause: wire })
  }
  const options: { message?: string; details?: ErrorDetails } = {}
  if ('message' in wire && typeof wire.message === 'string') options.message = wire.message
  if ('details' in wire && typeof wire.details === 'object' && wire.details !== null) {
    options.details = wire.details as ErrorDetails
  }
  return new ScoutError(wire.code, options)
}

export function asScoutError(thrown: unknown): ScoutError {
  if (thrown instanceof ScoutError) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new ScoutError('cancelled', { cause: thrown })
  return new ScoutError('internal', { cause: thrown })
}
