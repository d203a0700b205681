import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ScoutError } from '../../app/errors.ts'

/**
 * Keeps a second process off a directory: two engines on the same files would destroy them. The lock is a file beside it with
 * the process id; that of a process which is gone is taken over.
 *
 * @returns what gives it free again.
 * @throws ScoutError `busy` when the other process lives.
 */
export function lockDirectory(directory: string): () => void {
  const file = `${directory}.lock`
  mkdirSync(dirname(directory), { recursive: true })
  if (!tryWrite(file)) {
    const owner = Number(readFileSync(file, 'utf8'))
    if (isAlive(owner)) {
      throw new ScoutError('busy', {
        message: `Another Scout server (process ${owner}) uses ${directory}. Stop it first; if there is none, remove ${file}.`,
      })
    }
    rmSync(file, { force: true })
    if (!tryWrite(file)) throw new ScoutError('busy')
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  return () => {
    process.off('exit', release)
    release()
  }
}

function tryWrite(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
