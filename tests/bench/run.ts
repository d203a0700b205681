import { parseArgs } from 'node:util'
import { BENCH_SIZES, type Measurement, type Suite } from './support/measurement.ts'
import { asJson, asTable } from './support/report.ts'

/*
 * npm run bench -- SUITE [--json] [--size small|full]
 * Measures a suite's ratios; the exit status says whether every target held.
 */

/** Each is `tests/bench/NAME/suite.ts`, which exports `suite`; loaded when asked for, with its heavy libraries. */
const SUITES = ['cube', 'edge', 'map', 'ingest', 'medallion'] as const

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, size: { type: 'string', default: 'full' } },
  })
  const name = SUITES.find(known => known === positionals[0])
  const size = BENCH_SIZES.find(known => known === values.size)
  if (!name || !size || positionals.length > 1) {
    process.stderr.write(
      `usage: npm run bench -- ${SUITES.join('|')} [--json] [--size ${BENCH_SIZES.join('|')}]\n`,
    )
    return 2
  }
  const { suite } = (await import(`./${name}/suite.ts`)) as { suite: Suite }
  const measurements: Measurement[] = []
  for await (const measurement of suite.run(size)) {
    measurements.push(measurement)
    if (values.json) process.stdout.write(`${asJson(measurement)}\n`)
  }
  if (!values.json) process.stdout.write(`${suite.name}\n${asTable(measurements)}\n`)
  return measurements.every(({ ok }) => ok) ? 0 : 1
}

process.exitCode = await main()
