import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readParquet } from 'parquet-wasm'
import type { AccessSource, SyncOutcome } from '../../../app/contracts/worker.ts'
import { CubeService } from '../../../workers/cube/cube-service.ts'
import { Store } from '../../../workers/store/store.ts'
import { SyncEngine } from '../../../workers/sync/sync-engine.ts'
import type { Publication } from '../../bench/support/publication.ts'
import { MemoryFiles } from './memory-files.ts'

/** Looks at a request first; true when it has answered it. */
export type Meddler = (request: IncomingMessage, response: ServerResponse) => boolean

/** A server that serves a publication over real HTTP, to a person of some regions. */
export class PublicationServer {
  publication: Publication
  regions: readonly string[] | null = null
  meddle: Meddler = () => false
  readonly requests: string[] = []
  readonly #server: Server

  constructor(publication: Publication) {
    this.publication = publication
    this.#server = createServer((request, response) => {
      this.requests.push(request.url ?? '')
      if (!this.meddle(request, response)) this.publication.serve(request, response, this.regions)
    })
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

/** Both workers' insides over one disk in memory. */
export class Laptop {
  readonly files = new MemoryFiles()
  readonly store = new Store(this.files)
  readonly sync: SyncEngine
  readonly cube: CubeService
  readonly asked: boolean[] = []
  readonly access: AccessSource = async ({ refresh }) => {
    this.asked.push(refresh)
    return refresh ? 'fresh' : 'stale'
  }

  constructor(origin: string) {
    this.sync = new SyncEngine(async () => this.store, origin)
    const read = (parquet: Uint8Array) => readParquet(parquet).intoIPCStream()
    this.cube = new CubeService(
      async () => this.store,
      async () => read,
    )
  }

  /** Log-in and sync. */
  async take(server: PublicationServer): Promise<SyncOutcome> {
    await this.sync.adopt(server.publication.profile(server.regions), this.access)
    return this.sync.sync(this.access, {})
  }

  names(directory: string): Promise<string[]> {
    return this.files.list(directory)
  }
}
