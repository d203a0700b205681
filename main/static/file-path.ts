import fs from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'

/**
 * The file that an address names below `root`, or `undefined` where the address could mean anything else: a step upwards, an
 * encoded separator, a drive, a hidden file, a link that leads out.
 * @param pathname of a parsed URL, still percent-encoded
 */
export async function filePath(root: string, pathname: string): Promise<string | undefined> {
  const segments = pathname
    .split('/')
    .filter(segment => segment !== '')
    .map(decode)
  if (!segments.every(isPlainName)) return undefined
  const path = join(resolve(root), ...(segments.length === 0 ? ['index.html'] : segments))
  const [realRoot, realFile] = await Promise.all([real(root), real(path)])
  if (realRoot === undefined || realFile === undefined) return undefined
  return realFile.startsWith(realRoot + sep) ? path : undefined
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function isPlainName(segment: string | undefined): segment is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return segment !== undefined && !segment.startsWith('.') && !/[\\/:\u0000-\u001f]/.test(segment)
}

async function real(path: string): Promise<string | undefined> {
  try {
    return await fs.realpath(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}
