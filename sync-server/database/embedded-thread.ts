import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { postgis } from '@electric-sql/pglite-postgis'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { walSync } from './durability.ts'
import { oneSequenceAtATime } from './one-sequence-at-a-time.ts'

/**
 * The embedded engine's thread: PGlite computes synchronously, so beside the server it would stop every request for as long as a
 * transform takes. Protocol with `embedded.ts`: `{listening: port}` once, `'close'` ends it.
 */
const { directory, port, durable } = workerData as { directory: string; port: number; durable: boolean }

const engine = await PGlite.create({ dataDir: directory, extensions: { postgis, pg_trgm } })
const server = new PGLiteSocketServer({
  db: oneSequenceAtATime(engine, {
    // Let the thread die, so that it is started anew.
    onCrash: error => {
      queueMicrotask(() => {
        throw error
      })
    },
    onIdle: durable ? walSync(directory) : () => undefined,
  }),
  host: '127.0.0.1',
  port,
  maxConnections: 64,
})
server.addEventListener('listening', event => {
  parentPort?.postMessage({ listening: (event as CustomEvent<{ port: number }>).detail.port })
})
parentPort?.once('message', async () => {
  await server.stop()
  await engine.close()
  process.exit(0)
})
await server.start()
