import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readCities } from './places.ts'
import { DEFAULT_SETTINGS, type SimulationSettings } from './settings.ts'
import { type Simulation, simulate } from './simulate.ts'

interface Options extends SimulationSettings {
  readonly out: string
  readonly places?: string
  readonly json?: true
}

/** `edge-agent simulate`: a retailer that is not there, for trying things out. */
export function simulateCommand(): Command {
  const { seed, stores, cities, from, days, salesPerDay, deviceFor } = DEFAULT_SETTINGS
  return new Command('simulate')
    .description(
      'write the catalogue and the sales of a simulated retailer; the same options give the same bytes',
    )
    .requiredOption('--out <dir>', 'a new or empty folder for the files', text => resolve(text))
    .option('--seed <n>', 'another seed, another retailer', number, seed)
    .option('--stores <n>', 'stores, placed where people live', number, stores)
    .option('--cities <n>', 'cities and municipalities with a store', number, cities)
    .option('--from <day>', 'first business day', from)
    .option('--days <n>', 'how many days', number, days)
    .option('--sales-per-day <n>', 'sales of all stores together, in the mean', number, salesPerDay)
    .addOption(
      new Option('--device-for <what>', 'a device for each of these')
        .choices(['store', 'city', 'province', 'region'])
        .default(deviceFor),
    )
    .option('--places <file>', "the places.csv of a geography pack; the checkout's when absent", text =>
      resolve(text),
    )
    .option('--clean', 'nothing goes wrong: no duplicates, revisions, late, misdated or broken sales', false)
    .option('--json', 'print the result as JSON')
    .action(run)
}

async function run({ out, places, json, ...settings }: Options): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    const simulation = await simulate(readCities(places), settings, out, {
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        if (process.stderr.isTTY)
          process.stderr.write(`\r${done} of ${total} devices${done === total ? '\n' : ''}`)
      },
    })
    process.stdout.write(`${json ? JSON.stringify(simulation) : inWords(simulation, out)}\n`)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function inWords({ stores, cities, regions, devices, customers, messages }: Simulation, out: string): string {
  const sales = messages.sale + messages.goodsBack
  const others = Object.entries(messages).filter(([kind]) => kind !== 'sale' && kind !== 'goodsBack')
  return [
    `Wrote ${sales} sales of ${stores} stores in ${cities} cities and ${regions} regions, ${customers} known customers, ${devices} devices, into ${out}.`,
    `Among the lines: ${others.map(([kind, count]) => `${count} ${kind}`).join(', ')}.`,
  ].join('\n')
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('This is a number.')
}
