import { destination, type Logger, pino } from 'pino'

export type { Logger }

/** JSON lines on stderr; stdout is for results. Level from `SCOUT_LOG_LEVEL`, else `info`. Keys, tokens and claims are never handed to it. */
export function createLog(level = process.env.SCOUT_LOG_LEVEL ?? 'info'): Logger {
  return pino({ name: 'edge-agent', level, base: null }, destination({ dest: 2, sync: true }))
}
