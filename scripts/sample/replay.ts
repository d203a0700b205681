import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claimResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import type { Progress } from '../../app/contracts/long-work.ts'
import { type SampleSale, sampleSales, sampleStores } from './sample-data.ts'

const AGENT_CLI = fileURLToPath(new URL('../../edge-agent/cli.ts', import.meta.url))
/** The machine has few cores, and the server needs one. */
const AGENTS_AT_ONCE = 2

export interface ReplayOptions {
  /** Origin of the sync server. */
  readonly url: string
  /** Of an administrator: claim codes are made with it. */
  readonly accessToken: string
  /** Each agent keeps its outbox and identity in a folder below. */
  readonly agentsHome: string
  readonly onProgress?: (progress: Progress<'devices'>) => void
}

/**
 * Hands the sample's sales to real agents, one for the stores of a region, and lets each enrol and send all it has.
 * Safe to repeat: an agent that was enrolled goes on with its outbox, and the server knows a sale that it has.
 */
export async function replaySample({
  url,
  accessToken,
  agentsHome,
  onProgress,
}: ReplayOptions): Promise<void> {
  const devices = [...salesByDevice()]
  const total = devices.length
  let done = 0
  const next = async (): Promise<void> => {
    const device = devices.shift()
    if (device === undefined) return
    await replayDevice(device, url, accessToken, agentsHome)
    onProgress?.({ stage: 'devices', done: ++done, total })
    return next()
  }
  await Promise.all(Array.from({ length: AGENTS_AT_ONCE }, next))
}

interface Device {
  readonly name: string
  readonly sales: readonly SampleSale[]
}

function* salesByDevice(): Generator<Device> {
  const regionOfStore = new Map(sampleStores().map(store => [store.storeId, store.region]))
  for (const [region = 'elsewhere', sales] of Map.groupBy(sampleSales(), sale =>
    regionOfStore.get(sale.store_id),
  )) {
    yield { name: `Sample device, ${region}`, sales }
  }
}

async function replayDevice(
  device: Device,
  url: string,
  accessToken: string,
  agentsHome: string,
): Promise<void> {
  const home = join(agentsHome, slug(device.name))
  if (!existsSync(join(home, 'enrolment.json'))) {
    const claim = await newClaim(device, url, accessToken)
    await agent(['enrol', '--home', home, '--server', url, '--claim', claim, '--name', device.name])
  }
  const inbox = join(home, 'inbox')
  await mkdir(inbox, { recursive: true })
  await writeFile(join(inbox, 'sample.jsonl'), device.sales.map(sale => `${JSON.stringify(sale)}\n`).join(''))
  await agent(['run', '--once', '--home', home])
}

async function newClaim(device: Device, url: string, accessToken: string): Promise<string> {
  const response = await fetch(new URL(PATHS.claims, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      label: device.name,
      backfill_from: device.sales[0]?.sold_at.slice(0, 10) ?? null,
    }),
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

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
