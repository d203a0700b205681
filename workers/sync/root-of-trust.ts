import { PATHS, type Profile } from '../../app/contracts/http.ts'
import { type Root, root, signedBytes } from '../../app/contracts/manifest.ts'
import { type ErrorDetails, ScoutError } from '../../app/errors.ts'
import { sha256 } from '../store/sha256.ts'
import type { StoreState } from '../store/state.ts'
import { type HttpClient, network } from './http-client.ts'
import { parseJson, readSigned, refuseExpired } from './signed.ts'

export type PinnedRoot = NonNullable<StoreState['root']>

/**
 * The tenant's root, as the server shows it now. Without a pinned one it must be the one that the profile names; with one, it must
 * be the same, or a later one that the pinned root's keys signed.
 *
 * @throws ScoutError `root_untrusted`; `metadata_expired`.
 */
export async function fetchRoot(
  http: HttpClient,
  profile: Profile,
  pinned: PinnedRoot | null,
  signal?: AbortSignal,
): Promise<PinnedRoot> {
  const response = await http.get(PATHS.root, { signal })
  const json = parseJson(new Uint8Array(await network(() => response.arrayBuffer(), signal)))
  const parsed = root.safeParse(
    typeof json === 'object' && json !== null && 'signed' in json ? json.signed : null,
  )
  if (!parsed.success) throw untrusted('shape', parsed.error)
  const shown = parsed.data
  const hash = await sha256(signedBytes((json as { signed: unknown }).signed))
  if (hash === pinned?.sha256) return pinned

  if (shown.tenant_id !== profile.tenant_id) throw untrusted('tenant')
  await signedBy(json, shown)
  if (pinned) {
    if (shown.version <= pinned.signed.version) throw untrusted('version')
    await signedBy(json, pinned.signed)
  } else if (hash !== profile.root_sha256) throw untrusted('fingerprint')
  refuseExpired(shown.expires_at, 'root', Date.now())
  return { sha256: hash, signed: shown }
}

async function signedBy(json: unknown, trusted: Root): Promise<void> {
  try {
    await readSigned(json, root, 'root', trusted)
  } catch (thrown) {
    throw untrusted('signature', thrown)
  }
}

function untrusted(
  why: 'shape' | 'tenant' | 'signature' | 'version' | 'fingerprint',
  cause?: unknown,
): ScoutError {
  const details: ErrorDetails = { why }
  return new ScoutError('root_untrusted', { details, cause })
}
