import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RestlessProcess } from './restless-process.ts'
import { Till } from './till.ts'
import type { UnrulyNetwork } from './unruly-network.ts'

const AGENT = fileURLToPath(new URL('../../edge-agent/cli.ts', import.meta.url))
const CLOCK = fileURLToPath(new URL('./jumping-clock.ts', import.meta.url))

/** An agent as a process, the till beside it, and what may happen to both. */
export class Shop {
  readonly home: string
  readonly agent: RestlessProcess
  readonly till: Till
  readonly #random: () => number
  readonly #clockFile: string
  #intake: string | undefined

  constructor(home: string, store: string, random: () => number) {
    this.home = home
    this.#random = random
    this.#clockFile = `${home}.clock`
    const inbox = join(home, 'inbox')
    mkdirSync(inbox, { recursive: true })
    writeFileSync(this.#clockFile, '0')
    this.agent = new RestlessProcess(
      ['--import', CLOCK, AGENT, 'run', '--json', '--home', home, '--port', '0'],
      { CHAOS_CLOCK: this.#clockFile },
    )
    this.till = new Till(store, inbox, () => this.#intake, random)
  }

  /** From now on its agent finds the server at another address. */
  reach(server: string): void {
    const file = join(this.home, 'enrolment.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), server }))
  }

  async open(): Promise<void> {
    const ready: { intake: string } = JSON.parse(await this.agent.start())
    this.#intake = ready.intake
  }

  async crash(): Promise<void> {
    await this.agent.kill()
    this.#intake = undefined
    // A Pi that starts again does not know the time.
    if (this.#random() < 0.3) this.jump()
  }

  async close(): Promise<void> {
    await this.agent.stop()
    this.#intake = undefined
  }

  /** Its clock is suddenly up to three hours off, either way. */
  jump(): void {
    writeFileSync(this.#clockFile, String(Math.round((this.#random() - 0.5) * 6 * 3_600_000)))
  }

  /** Sales that the agent still holds. */
  async waiting(): Promise<number> {
    if (this.#intake === undefined) return Number.NaN
    const response = await fetch(`${this.#intake}/v1/status`)
    const status: { waiting: number } = await response.json()
    return status.waiting
  }

  /** Fills what is left of the disk that its home lies on; the caller must have put it on a small one. */
  fillDisk(): void {
    const { bavail, bsize } = statfsSync(this.home)
    try {
      writeFileSync(join(this.home, 'ballast'), Buffer.alloc(bavail * bsize))
    } catch {
      // As full as it gets.
    }
  }

  freeDisk(): void {
    rmSync(join(this.home, 'ballast'), { force: true })
  }
}

export interface TrialOptions {
  readonly shops: readonly Shop[]
  /** On disks so small that they can be filled. */
  readonly smallDisks: readonly Shop[]
  readonly server: RestlessProcess
  readonly network: UnrulyNetwork
  readonly seconds: number
  readonly salesPerShop: number
  readonly random: () => number
}

/** Lets the tills sell while everything around them fails, until each has sold its number and the time is over. */
export async function endure(options: TrialOptions): Promise<void> {
  const { shops, server, network, seconds, salesPerShop, random, smallDisks } = options
  const over = new AbortController()
  const end = performance.now() + seconds * 1000
  const sometimes = async (meanMs: number, act: () => Promise<void> | void) => {
    while (!over.signal.aborted) {
      await delay(meanMs * (0.5 + random()), undefined, { signal: over.signal }).catch(() => undefined)
      if (over.signal.aborted) return
      await act()
    }
  }
  const pick = (from: readonly Shop[]) => from[Math.floor(random() * from.length)]
  const tills = shops.map(async shop => {
    for (let sold = 0; sold < salesPerShop; sold++) {
      await shop.till.sell()
      const left = Math.max(0, end - performance.now())
      await delay((left / (salesPerShop - sold)) * random() * 1.5)
    }
  })
  const misfortunes = [
    sometimes(1_500, async () => {
      const shop = pick(shops)
      if (shop === undefined || !shop.agent.running) return
      await shop.crash()
      await delay(random() * 800)
      await shop.open()
    }),
    sometimes(12_000, async () => {
      await server.kill()
      await delay(random() * 2_000)
      await server.start()
    }),
    sometimes(2_000, () => pick(shops)?.jump()),
    sometimes(20_000, async () => {
      network.out = true
      await delay(4_000 + random() * 6_000)
      network.out = false
    }),
    sometimes(8_000, async () => {
      const shop = pick(smallDisks)
      shop?.fillDisk()
      await delay(3_000)
      shop?.freeDisk()
    }),
    sometimes(1_000, () => {
      for (const { agent } of shops) agent.measure()
      server.measure()
    }),
  ]
  await delay(Math.max(0, end - performance.now()))
  over.abort()
  await Promise.all(misfortunes)
  network.out = false
  network.calm = true
  for (const shop of smallDisks) shop.freeDisk()
  await Promise.all(tills)
}

/** Agents that lost patience wait minutes for their next try: they are started anew, and everything drains. */
export async function settle(shops: readonly Shop[], seconds: number): Promise<void> {
  for (const shop of shops) {
    await shop.close()
    await shop.open()
  }
  const end = performance.now() + seconds * 1000
  for (const shop of shops) {
    while ((await shop.waiting()) !== 0) {
      if (performance.now() > end) throw new Error(`${shop.home} still holds ${await shop.waiting()} sales`)
      await delay(200)
    }
  }
}
