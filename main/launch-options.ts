/** The server given for this start: `--server=https://…`, or `SCOUT_SERVER_URL`. */
export function serverOf(argv: readonly string[], environment: NodeJS.ProcessEnv): string | undefined {
  return flag(argv, '--server') ?? environment.SCOUT_SERVER_URL
}

/** The directory of this start's profile (log-in, window, partitions): `--profile=<directory>`; else the user's usual one. */
export function profileOf(argv: readonly string[]): string | undefined {
  return flag(argv, '--profile')
}

function flag(argv: readonly string[], name: string): string | undefined {
  return argv.find(argument => argument.startsWith(`${name}=`))?.slice(name.length + 1)
}
