import { proxy, type Remote, releaseProxy, wrap } from 'comlink'
import type { Profile } from '../../app/contracts/http.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type {
  AccessSource,
  BoundaryDetail,
  CubeApi,
  CubeStage,
  DailySeries,
  SyncApi,
  SyncStage,
} from '../../app/contracts/worker.ts'
import type { Level } from '../../app/domain/geography.ts'
import type { Selection } from '../../app/domain/selection.ts'
import { installTransferHandlers } from './transfer-handlers.ts'

/** The two workers as if they were here. `dispose` ends both; calls under way then never answer. */
export interface DataPlane {
  readonly sync: SyncApi
  readonly cube: CubeApi
  dispose(): void
}

export function startWorkers(): DataPlane {
  installTransferHandlers()
  const syncWorker = new Worker(new URL('../../workers/sync.worker.ts', import.meta.url), { type: 'module' })
  const cubeWorker = new Worker(new URL('../../workers/cube.worker.ts', import.meta.url), { type: 'module' })
  const sync = wrap<SyncApi>(syncWorker)
  const cube = wrap<CubeApi>(cubeWorker)
  return {
    sync: new SyncProxy(sync),
    cube: new CubeProxy(cube),
    dispose: () => {
      sync[releaseProxy]()
      cube[releaseProxy]()
      syncWorker.terminate()
      cubeWorker.terminate()
    },
  }
}

class SyncProxy implements SyncApi {
  private readonly remote: Remote<SyncApi>
  constructor(remote: Remote<SyncApi>) {
    this.remote = remote
  }
  open() {
    return this.remote.open()
  }
  adopt(profile: Profile, access: AccessSource) {
    return this.remote.adopt(profile, proxy(access))
  }
  sync(access: AccessSource, work: LongWork<SyncStage>) {
    return this.remote.sync(proxy(access), work)
  }
  forget() {
    return this.remote.forget()
  }
}

class CubeProxy implements CubeApi {
  private readonly remote: Remote<CubeApi>
  constructor(remote: Remote<CubeApi>) {
    this.remote = remote
  }
  catalogue() {
    return this.remote.catalogue()
  }
  boundaries(level: Level, detail: BoundaryDetail) {
    return this.remote.boundaries(level, detail)
  }
  load(work: LongWork<CubeStage>) {
    return this.remote.load(work)
  }
  paint(selection: Selection) {
    return this.remote.paint(selection)
  }
  daily(selection: Omit<Selection, 'range' | 'level'>): Promise<DailySeries> {
    return this.remote.daily(selection)
  }
  baskets(of: Pick<Selection, 'within' | 'range'>) {
    return this.remote.baskets(of)
  }
}
