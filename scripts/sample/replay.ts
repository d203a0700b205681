import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claimResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import type { Progress } from '../../app/contracts/long-work.ts'
import type { SampleDevice } from './sample.ts'

const AGENT_CLI = fileURLToPath(new URL('../../edge-agent/cli.ts', import.meta.url))
/** The machine has few cores, and the server needs one. */
const AGENTS_AT_ONCE = 2
/** In an agent's folder: it has sent all that its part of the sample holds. */
const REPLAYED = 'sample-replayed'

export interface ReplayOptions {
  /** Origin of the sync server. */
  readonly url: string
  /** Of an administrator: claim codes are made with it. */
  readonly accessToken: string
  readonly devices: readonly SampleDevice[]
  /** Each agent keeps its outbox and identity in a folder below. */
  readonly agentsHome: string
  readonly onProgress?: (progress: Progress<'devices'>) => void
}

/** Those whose sales may not all be at the server yet. */
export function stillToReplay(devices: readonly SampleDevice[], agentsHome: string): SampleDevice[] {
  return devices.filter(device => !existsSync(join(agentsHome, device.key, REPLAYED)))
}

/**
 * Hands the sample's sales to real agents, and lets each enrol and send all it has. Safe to repeat: an agent that was enrolled goes on with
 * its outbox, and the server knows a sale that it has.
 */
export async function replaySample(options: ReplayOptions): Promise<void> {
  const { url, accessToken, agentsHome, onProgress } = options
  // The largest first: at the end none is waited for alone.
  const devices = options.devices.toSorted((a, b) => b.size - a.size)
  const total = devices.length
  let done = 0
  const next = async (): Promise<void> => {
    const device = devices.shift()
    if (device === undefined) return
    await replayDevice(device, url, accessToken, agentsHome)
    onProgress?.({ stage: 'devices', done: ++done, total })
    return next()
  }
  const lanes = await Promise.allSettled(
    Array.from({ length: AGENTS_AT_ONCE }, () =>
      next().catch((error: unknown) => {
        devices.length = 0
        throw error
      }),
    ),
  )
  // Only now: an agent that still runs would be in the way of the next start.
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
}

async function replayDevice(
  device: SampleDevice,
  url: string,
  accessToken: string,
  agentsHome: string,
): Promise<void> {
  const home = join(agentsHome, device.key)
  if (!existsSync(join(home, 'enrolment.json'))) {
    const claim = await newClaim(device, url, accessToken)
    await agent(['enrol', '--home', home, '--server', url, '--claim', claim, '--name', device.name])
  }
  const inbox = join(home, 'inbox')
  await mkdir(inbox, { recursive: true })
  if (!device.isHandedOver()) await device.handOver(inbox)
  await agent(['run', '--once', '--home', home])
  // All of it is at the server now.
  await rm(join(inbox, 'done'), { recursive: true, force: true })
  await writeFile(join(home, REPLAYED), '')
}

async function newClaim(device: SampleDevice, url: string, accessToken: string): Promise<string> {
  const response = await fetch(new URL(PATHS.claims, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ label: device.name, backfill_from: device.backfillFrom }),
  })
  if (!response.ok) throw new Error(`no claim code for ${device.name}: ${await response.text()}`)
  return claimResponse.parse(await response.json()).claim_code
}

function agent(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [AGENT_CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', chunk => {
      complaint = (complaint + chunk).slice(-2_000)
    })
    child.on('error', reject)
    child.on('exit', code => {
      if (code === 0) resolve()
      else reject(new Error(`edge-agent ${args[0]} ended with ${code}:\n${complaint}`))
    })
  })
}
