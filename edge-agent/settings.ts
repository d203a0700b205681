import { join } from 'node:path'
import { z } from 'zod'
import { ScoutError } from '../app/errors.ts'
import { parseBytes } from './byte-size.ts'
import { readFileIfThere } from './durable-file.ts'
import { DEFAULT_LIMITS, WHEN_FULL } from './outbox/limits.ts'

/** One file of a watched folder is stored whole or not at all: an outbox that holds less than two of the largest could wait for ever. */
const LEAST_BYTES = 32 * 2 ** 20

const bytes = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const parsed = typeof value === 'number' ? value : parseBytes(value)
    if (parsed !== undefined) return parsed
    context.addIssue({ code: 'custom', message: 'a number of bytes, or text such as 512MiB or 2GiB' })
    return z.NEVER
  })
  .pipe(
    z
      .number()
      .int()
      .positive()
      .max(2 ** 50),
  )

const settings = z.strictObject({
  /** Of the waiting sales. */
  max_bytes: bytes.pipe(z.number().min(LEAST_BYTES, 'at least 32MiB')).default(DEFAULT_LIMITS.maxBytes),
  when_full: z.enum(WHEN_FULL).default(DEFAULT_LIMITS.whenFull),
  rejected_max_bytes: bytes.default(DEFAULT_LIMITS.maxRejectedBytes),
  /** Files that were read whole and lie in `done/`. */
  done_max_bytes: bytes.default(256 * 2 ** 20),
  done_max_days: z.number().positive().max(3650).default(45),
  /** The key is changed when it is this old; 0 never does. */
  rotate_key_days: z.number().min(0).max(3650).default(90),
})
export type AgentSettings = z.output<typeof settings>
export type GivenSettings = {
  readonly [Name in keyof AgentSettings]?: z.input<typeof settings>[Name] | undefined
}

/**
 * The settings of `<home>/agent.json`, over them those given on the command line, under them the defaults.
 *
 * @throws ScoutError `request_invalid` that names the setting.
 */
export function readSettings(home: string, given: GivenSettings = {}): AgentSettings {
  const path = join(home, 'agent.json')
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const parsed = settings.safeParse({ ...readFile(path), ...named })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(issue => [...issue.path, issue.message].join(': '))
  throw new ScoutError('request_invalid', {
    message: `The settings cannot be used (${path} or the command line): ${problems.join('; ')}.`,
  })
}

function readFile(path: string): object {
  const text = readFileIfThere(path)
  if (text === undefined) return {}
  try {
    return z.looseObject({}).parse(JSON.parse(text))
  } catch (cause) {
    throw new ScoutError('request_invalid', {
      message: `${path} is not a JSON object. Correct it or take it away.`,
      cause,
    })
  }
}
