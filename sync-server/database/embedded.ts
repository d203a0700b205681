import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { ScoutError } from '../../app/errors.ts'
import { unpackArchive } from './archive.ts'
import { lockDirectory } from './directory-lock.ts'
import { syncTree } from './durability.ts'

/** Postgres in this process: PGlite with PostGIS on a loopback port, for one machine with nothing installed. */
export interface EmbeddedDatabase {
  readonly connectionString: string
  /** How often the engine crashed and was started again. */
  readonly restarts: number
  close(): Promise<void>
}

export interface EmbeddedOptions {
  /** Where the data lives, such as `SCOUT_HOME/database`. */
  readonly directory: string
  /** Archive of a migrated database (`template.ts`) that a new directory starts from; without one it starts empty. */
  readonly template?: string
  /** False where a power cut may take the data, as in tests. */
  readonly durable?: boolean
}

/** Written last: a directory without it was left half made, and is made anew. */
const READY = 'scout-ready'
/** More crashes than this in a row, each soon after the start, would only repeat themselves. */
const MAX_CRASHES_IN_A_ROW = 5
const SOON_MS = 60_000
const PAUSE_MS = 500
const CLOSE_MS = 10_000

/**
 * Opens the directory, making it from the template first if need be. A crash of the engine (PostGIS in WebAssembly has such
 * errors) breaks the queries under way with `database_unavailable` and starts it again on the same port.
 *
 * @throws ScoutError `busy` when another process has the directory open, `database_unavailable` when the engine does not start.
 */
export async function openEmbedded({
  directory,
  template,
  durable = true,
}: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const unlock = lockDirectory(directory)
  try {
    if (!existsSync(join(directory, READY))) {
      rmSync(directory, { recursive: true, force: true })
      mkdirSync(directory, { recursive: true })
      if (template !== undefined) unpackArchive(template, directory)
    }
    // The files from the template, and what a recovery writes, while the engine starts.
    const [engine] = await Promise.all([
      startEngine(directory, durable),
      durable ? syncTree(directory) : undefined,
    ])
    writeFileSync(join(directory, READY), '')
    return {
      connectionString: `postgresql://postgres@127.0.0.1:${engine.port}/postgres?sslmode=disable`,
      get restarts() {
        return engine.restarts
      },
      async close() {
        await engine.stop()
        if (durable) await syncTree(directory)
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

interface Engine {
  readonly port: number
  readonly restarts: number
  stop(): Promise<void>
}

async function startEngine(directory: string, durable: boolean): Promise<Engine> {
  let stopping = false
  let restarts = 0
  let crashes = 0
  let current = await startThread(directory, 0, durable)
  const { port } = current

  const watch = ({ thread }: RunningThread) => {
    const startedAt = Date.now()
    thread.once('exit', () => {
      crashes = Date.now() - startedAt < SOON_MS ? crashes + 1 : 1
      void restart()
    })
  }
  const restart = async (): Promise<void> => {
    while (!stopping && crashes <= MAX_CRASHES_IN_A_ROW) {
      await setTimeout(PAUSE_MS, undefined, { ref: false })
      try {
        current = await startThread(directory, port, durable)
      } catch {
        // Connections are refused meanwhile, which the pool reports.
        crashes += 1
        continue
      }
      if (durable) await syncTree(directory)
      restarts += 1
      watch(current)
      return
    }
  }
  watch(current)

  return {
    port,
    get restarts() {
      return restarts
    },
    async stop() {
      stopping = true
      const { thread } = current
      const exited = new Promise<void>(resolve => thread.once('exit', () => resolve()))
      thread.postMessage('close')
      // One that hangs, or is gone already, does not answer.
      await Promise.race([exited, setTimeout(CLOSE_MS, undefined, { ref: false })])
      await thread.terminate()
    },
  }
}

interface RunningThread {
  readonly thread: Worker
  readonly port: number
}

function startThread(directory: string, port: number, durable: boolean): Promise<RunningThread> {
  // Beside this file as source, or beside the bundle.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const thread = new Worker(new URL(`./embedded-thread.${extension}`, import.meta.url), {
    workerData: { directory, port, durable },
  })
  return new Promise((resolve, reject) => {
    let reason: unknown
    thread.on('error', error => {
      reason = error
    })
    thread.once('exit', () => reject(new ScoutError('database_unavailable', { cause: reason })))
    thread.once('message', (message: { listening: number }) => resolve({ thread, port: message.listening }))
  })
}
