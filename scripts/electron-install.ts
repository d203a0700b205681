import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { ELECTRON_INSTALLER, electronBinary, electronVersion } from './electron/binary.ts'

/** `npm run electron:install`: fetches Electron's binary by Electron's own installer, after asking. */
const HELP = `Fetches the binary of Electron, about 120 MB, from github.com/electron/electron/releases.
Without it Scout runs in the browser.

  npm run electron:install            asks first
  npm run electron:install -- --yes   does not ask
`

const say = (line: string) => process.stdout.write(`${line}\n`)
const { values } = parseArgs({ options: { yes: { type: 'boolean' }, help: { type: 'boolean' } } })

process.exitCode = values.help === true ? help() : await install(values.yes === true)

function help(): number {
  say(HELP)
  return 0
}

async function install(agreed: boolean): Promise<number> {
  const present = electronBinary()
  if (present !== undefined) {
    say(`Electron is installed: ${present}`)
    return 0
  }
  if (!agreed && !(await agrees())) {
    say(
      'Electron was not fetched. `npm run electron:install -- --yes` fetches it; `npm start` needs only a browser.',
    )
    return 1
  }
  const { status } = spawnSync(process.execPath, [ELECTRON_INSTALLER], { stdio: 'inherit' })
  const path = electronBinary()
  if (status !== 0 || path === undefined) {
    say(
      'Electron could not be fetched. Behind a proxy set HTTPS_PROXY; with a copy at hand set ELECTRON_OVERRIDE_DIST_PATH.',
    )
    return 1
  }
  say(`Electron is installed: ${path}`)
  return 0
}

/** False, too, where there is nobody to ask. */
async function agrees(): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question(
      `Fetch Electron ${electronVersion()}, about 120 MB, from github.com? [y/N] `,
    )
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
