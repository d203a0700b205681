import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ScoutError } from '../../app/errors.ts'

/** A directory as one `.tar.gz` (ustar), and back: a database template is a thousand files, empty folders among them. */

const BLOCK = 512

/** Writes beside the target and renames, so that nobody ever reads half an archive. */
export function packArchive(directory: string, file: string): void {
  const chunks: Buffer[] = []
  for (const path of walk(directory)) {
    const stat = statSync(path)
    const name = relative(directory, path).split(sep).join('/')
    const body = stat.isDirectory() ? Buffer.alloc(0) : readFileSync(path)
    chunks.push(header(stat.isDirectory() ? `${name}/` : name, stat.isDirectory(), body.length))
    chunks.push(body, Buffer.alloc(-body.length & (BLOCK - 1)))
  }
  chunks.push(Buffer.alloc(2 * BLOCK))
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, gzipSync(Buffer.concat(chunks), { level: 6 }))
  renameSync(draft, file)
}

/** @throws ScoutError `reference_invalid` when the file is no such archive. */
export function unpackArchive(file: string, directory: string): void {
  const tar = gunzip(file)
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = text(tar, at, 100)
    const size = Number.parseInt(text(tar, at + 124, 12), 8)
    const isDirectory = tar[at + 156] === 0x35
    if (!Number.isInteger(size) || name.split('/').includes('..') || name.startsWith('/')) throw damaged(file)
    const path = join(directory, name)
    at += BLOCK
    if (isDirectory) mkdirSync(path, { recursive: true, mode: 0o700 })
    else writeFileSync(path, tar.subarray(at, at + size), { mode: 0o600 })
    at += Math.ceil(size / BLOCK) * BLOCK
  }
}

/** Folders before what lies in them. */
function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? [path, ...walk(path)] : entry.isFile() ? [path] : []
    })
}

function header(name: string, isDirectory: boolean, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the path is too long for the archive: ${name}`)
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0)
  block.write(isDirectory ? '0000700\0' : '0000600\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(isDirectory ? '5' : '0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function text(tar: Buffer, at: number, length: number): string {
  const field = tar.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}

function gunzip(file: string): Buffer {
  try {
    return gunzipSync(readFileSync(file))
  } catch (error) {
    throw damaged(file, error)
  }
}

function damaged(file: string, cause?: unknown): ScoutError {
  return new ScoutError('reference_invalid', {
    message: `The database template ${file} is damaged. Delete it; it will be made again.`,
    cause,
  })
}
