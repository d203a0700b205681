import { type EnrolRequest, enrolResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import { ServerClock } from '../server-clock.ts'
import { AGENT_VERSION } from '../version.ts'
import { signBytes } from './device-key.ts'
import type { Identity, IdentityStore } from './identity.ts'
import { ServerClient } from './server-client.ts'

export interface EnrolOptions {
  readonly server: string
  /** Single-use code from an administrator. */
  readonly claim: string
  /** How people call this device. */
  readonly name: string
  readonly signal?: AbortSignal
}

/**
 * Makes this device known to the server, under a key that was made here.
 *
 * @throws ScoutError `claim_unknown`, `claim_expired`, `claim_used`, `offline`, …; then nothing has changed.
 */
export async function enrol(
  store: IdentityStore,
  { server, claim, name, signal }: EnrolOptions,
): Promise<Identity> {
  const key = store.pendingKey()
  const unsigned: Omit<EnrolRequest, 'signature'> = {
    claim_code: claim.trim(),
    public_key: key.publicKey,
    name: name.trim(),
    agent_version: AGENT_VERSION,
  }
  const signature = signBytes(key, Buffer.from(canonicalJson(unsigned)))
  const client = new ServerClient({ server, clock: new ServerClock() })
  const answer = await client.post({
    path: PATHS.enrol,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...unsigned, signature } satisfies EnrolRequest),
    answer: enrolResponse,
    signal,
  })
  const { device_id, tenant_id, boot_epoch_floor } = answer
  return store.adopt({ server, device_id, tenant_id, boot_epoch_floor })
}
