import type { ScoutError } from '../../app/errors.ts'

/** What the exit status of `edge-agent` means; `--help` prints it. */
export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 2,
  notEnrolled: 3,
  outbox: 4,
  refused: 5,
  /** `EX_TEMPFAIL` of sysexits.h. */
  tryLater: 75,
} as const

export const EXIT_HELP = `
Exit status:
   0  done
   1  something went wrong inside the agent
   2  wrong command or option
   3  not enrolled
   4  the outbox cannot be used: another agent runs on it, or a newer agent wrote it
   5  the server refused; only a person can change that
  75  no server, or it is busy: nothing is lost, try again later`

export function exitCodeOf({ code, retryable, status }: ScoutError): number {
  if (code === 'not_enrolled') return EXIT_CODES.notEnrolled
  if (code === 'outbox_locked' || code === 'outbox_corrupt' || code === 'conflict') return EXIT_CODES.outbox
  if (code === 'internal') return EXIT_CODES.internal
  if (retryable) return EXIT_CODES.tryLater
  return status < 500 ? EXIT_CODES.refused : EXIT_CODES.internal
}
