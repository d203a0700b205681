import './without-eval.ts'
import { expose } from 'comlink'
import { installBoundary } from './comlink-boundary.ts'
import { openOpfs } from './store/opfs.ts'
import { Store } from './store/store.ts'
import { SyncEngine } from './sync/sync-engine.ts'

installBoundary()
expose(new SyncEngine(async () => new Store(await openOpfs())))
