import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory of this test's own, gone after it. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'scout-agent-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}
