import { type Root, root, rootEnvelope, signedBytes } from '../../app/contracts/manifest.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { seal, sha256Of } from './envelopes.ts'
import type { SigningKeys } from './signing-keys.ts'

const TEN_YEARS_MS = 10 * 365 * 86_400_000

/**
 * The tenant's root of trust: made from the server's keys when there is none.
 *
 * @throws ScoutError `root_untrusted` when the keys at hand are not those that the root names: no laptop would believe them.
 */
export async function ensureTrustRoot(
  pool: Pool,
  tenant: TenantId,
  keys: SigningKeys,
  now: Date,
): Promise<void> {
  const made = makeRoot(tenant, keys, now)
  const sealed = seal(made, keys.root)
  const known = await withTenant(pool, tenant, async tx => {
    await tx.query(
      `insert into scout.trust_root (tenant_id, version, envelope, sha256, created_at)
       values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [tenant, made.version, sealed.bytes, sha256Of(signedBytes(made)), now],
    )
    return readNewestRoot(tx, tenant)
  })
  const { signed } = rootEnvelope.parse(JSON.parse(known.toString('utf8')))
  for (const role of ['index', 'manifest'] as const) {
    if (signed.roles[role].key_ids.some(id => id === keys[role].keyId)) continue
    throw new ScoutError('root_untrusted', {
      message: `The ${role} key in the keys folder is not one that this tenant's laptops trust. Restore the folder from its copy.`,
      details: { tenant_id: tenant, role },
    })
  }
}

/** The newest root envelope, byte for byte. */
export async function readNewestRoot(tx: Transaction, tenant: TenantId): Promise<Buffer> {
  const { rows } = await tx.query(
    'select envelope from scout.trust_root where tenant_id = $1 order by version desc limit 1',
    [tenant],
  )
  const envelope: unknown = rows[0]?.envelope
  if (!Buffer.isBuffer(envelope)) throw new ScoutError('not_found')
  return envelope
}

function makeRoot(tenant: TenantId, keys: SigningKeys, now: Date): Root {
  const role = (name: keyof SigningKeys) => ({ key_ids: [keys[name].keyId], threshold: 1 })
  return root.parse({
    type: 'root',
    spec_version: 1,
    tenant_id: tenant,
    version: 1,
    expires_at: new Date(now.getTime() + TEN_YEARS_MS).toISOString(),
    keys: Object.fromEntries(
      Object.values(keys).map(key => [key.keyId, { algorithm: 'ed25519', public_key: key.publicKey }]),
    ),
    roles: { root: role('root'), index: role('index'), manifest: role('manifest') },
  })
}
