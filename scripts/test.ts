import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: builds the application, runs every test that this machine can run, and ends by naming what it skipped.
 * Arguments go to Vitest: `npm test -- --project unit`.
 */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const run = (command: string, args: readonly string[]) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1

if (run('npm', ['run', 'build', '--silent']) !== 0) process.exit(1)

const folder = mkdtempSync(join(tmpdir(), 'scout-tests-'))
const file = join(folder, 'report.json')
const status = run('vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
  ...process.argv.slice(2),
])
const report: Report = JSON.parse(readFileSync(file, 'utf8'))
rmSync(folder, { recursive: true })

const tests = report.testResults.flatMap(suite => suite.assertionResults)
const skipped = tests.filter(test => test.status === 'skipped' || test.status === 'pending')
const failed = tests.filter(test => test.status === 'failed').length
/** A file that fails before its first test counts as one failure: nothing in it was shown to work. */
const brokenFiles = report.testResults.filter(
  suite => suite.status === 'failed' && !suite.assertionResults.some(test => test.status === 'failed'),
).length

const say = (line: string) => process.stdout.write(`${line}\n`)
if (skipped.length > 0) {
  say('\nSkipped on this machine:')
  for (const test of skipped) say(`  ${test.fullName}`)
}
say(`\n${report.numPassedTests} passed, ${failed + brokenFiles} failed, ${skipped.length} skipped`)
process.exit(status)
