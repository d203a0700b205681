import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DATASET_COLUMNS } from '../../../app/contracts/datasets.ts'
import { PATHS, type Profile, profile } from '../../../app/contracts/http.ts'
import {
  type Index,
  type Manifest,
  type Partition,
  type Root,
  signedBytes,
} from '../../../app/contracts/manifest.ts'
import { canonicalJson } from '../../../app/domain/canonical-json.ts'
import type { PackInfo } from '../../../app/domain/geography.ts'
import {
  type DatasetId,
  placeCode,
  semanticVersion,
  type TenantId,
  tenantId,
} from '../../../app/domain/ids.ts'
import { seal, sha256Of } from '../../../sync-server/publishing/envelopes.ts'
import { ensureSigningKeys, type SigningKeys } from '../../../sync-server/publishing/signing-keys.ts'

/** A file of a dataset, before it is published. `region` null: of no region. */
export interface PublishedFile {
  readonly dataset: DatasetId
  readonly region: string | null
  readonly format: Partition['format']
  readonly rows: number
  readonly values: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

const FAR = '2099-01-01T00:00:00Z'

export interface PublicationOptions {
  readonly sequence?: number
  readonly expiresAt?: string
  readonly keys?: SigningKeys
  readonly pack?: PackInfo | null
  readonly tenant?: string
}

/** A signed snapshot in memory, by publishing's own hand, and the answers that a server gives about it. */
export class Publication {
  readonly keys: SigningKeys
  readonly #tenant: TenantId
  readonly root: Root
  readonly index: Index
  readonly manifests = new Map<string, { readonly bytes: Uint8Array; readonly signed: Manifest }>()
  readonly blobs = new Map<string, Uint8Array>()

  private constructor(keys: SigningKeys, files: readonly PublishedFile[], options: PublicationOptions) {
    this.keys = keys
    this.#tenant = tenantId.parse(options.tenant ?? 'bench')
    this.root = rootOf(keys, this.#tenant)
    const sequence = options.sequence ?? 1
    const version = semanticVersion.parse(`1.0.${sequence}`)
    const groups = Map.groupBy(files, file => `${file.dataset} ${file.region}`)
    const datasets = new Map<DatasetId, string[]>()
    for (const group of groups.values()) {
      const [{ dataset, region }] = group as [PublishedFile]
      const columns = [...DATASET_COLUMNS[dataset]]
      const signed: Manifest = {
        type: 'manifest',
        spec_version: 1,
        tenant_id: this.#tenant,
        dataset_id: dataset,
        version,
        region: region === null ? null : placeCode.parse(region),
        published_at: '2026-01-01T00:00:00Z',
        title: dataset,
        grain: dataset,
        columns,
        schema_sha256: sha256Of(canonicalJson(columns)),
        geography_vintage: 'bench',
        lineage: { runs: [] },
        sample: true,
        pack: dataset === 'reference.geography' ? (options.pack ?? null) : null,
        partitions: group.map(file => this.#partition(file)),
      }
      const sealed = seal(signed, keys.manifest)
      this.manifests.set(sealed.sha256, { bytes: sealed.bytes, signed })
      datasets.set(dataset, [...(datasets.get(dataset) ?? []), sealed.sha256])
    }
    this.index = {
      type: 'index',
      spec_version: 1,
      tenant_id: this.#tenant,
      sequence,
      published_at: '2026-01-01T00:00:00Z',
      expires_at: options.expiresAt ?? FAR,
      datasets: [...datasets].map(([dataset_id, hashes]) => ({
        dataset_id,
        version,
        manifests: hashes as Index['datasets'][number]['manifests'],
      })),
    }
  }

  static async of(files: readonly PublishedFile[], options: PublicationOptions = {}): Promise<Publication> {
    return new Publication(options.keys ?? (await newKeys()), files, options)
  }

  /** Somebody who may see these regions; null for everything. */
  profile(regions: readonly string[] | null = null, overrides: Partial<Profile> = {}): Profile {
    return profile.parse({
      user_id: 'user',
      email: 'analyst@example.com',
      name: 'Analyst',
      role: 'analyst',
      tenant_id: this.#tenant,
      tenant_name: 'Bench',
      regions,
      root_sha256: sha256Of(signedBytes(this.root)),
      offline_until: FAR,
      ...overrides,
    })
  }

  /** The body of an answer to somebody of these regions; `undefined` where there is nothing. */
  answer(path: string, regions: readonly string[] | null = null): Uint8Array | undefined {
    if (path === PATHS.root) return seal(this.root, this.keys.root).bytes
    if (path === PATHS.snapshot) {
      const readable = [...this.manifests].filter(
        ([, { signed }]) => signed.region === null || regions === null || regions.includes(signed.region),
      )
      const envelope: unknown = JSON.parse(seal(this.index, this.keys.index).bytes.toString('utf8'))
      return Buffer.from(JSON.stringify({ index: envelope, manifests: readable.map(([hash]) => hash) }))
    }
    const hash = path.slice(path.lastIndexOf('/') + 1)
    if (path === PATHS.manifest(hash)) return this.manifests.get(hash)?.bytes
    if (path === PATHS.blob(hash)) return this.blobs.get(hash)
    return undefined
  }

  /** Serves it over HTTP with `ETag` and `Range`; false for a path that is not of the interface. */
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    regions: readonly string[] | null = null,
  ): boolean {
    const path = request.url ?? ''
    if (!path.startsWith('/v1/')) return false
    const body = this.answer(path, regions)
    const etag = `"${createHash('sha256')
      .update(body ?? '')
      .digest('hex')}"`
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (!body) {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: 'not_found', message: 'nothing there', retryable: false }))
    } else if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else {
      const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }
      response.writeHead(start > 0 ? 206 : 200, {
        etag,
        'cache-control': 'no-store',
        ...(start > 0 ? range : {}),
      })
      response.end(body.subarray(start))
    }
    return true
  }

  #partition({ format, rows, values, bytes }: PublishedFile): Partition {
    const sha256 = sha256Of(bytes)
    this.blobs.set(sha256, bytes)
    return { sha256, bytes: bytes.length, rows, format, values: { ...values }, ranges: {} }
  }
}

export async function newKeys(): Promise<SigningKeys> {
  const folder = await mkdtemp(join(tmpdir(), 'scout-keys-'))
  try {
    return await ensureSigningKeys(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function rootOf(keys: SigningKeys, tenant: TenantId): Root {
  const role = (name: keyof SigningKeys) =>
    ({ key_ids: [keys[name].keyId], threshold: 1 }) as Root['roles']['root']
  return {
    type: 'root',
    spec_version: 1,
    tenant_id: tenant,
    version: 1,
    expires_at: FAR,
    keys: Object.fromEntries(
      Object.values(keys).map(key => [key.keyId, { algorithm: 'ed25519', public_key: key.publicKey }]),
    ),
    roles: { root: role('root'), index: role('index'), manifest: role('manifest') },
  }
}
