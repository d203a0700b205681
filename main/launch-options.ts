/** The server given for this start: `--server=https://…`, or `SCOUT_SERVER`. */
export function serverOf(argv: readonly string[], environment: NodeJS.ProcessEnv): string | undefined {
  const flag = '--server='
  return argv.find(argument => argument.startsWith(flag))?.slice(flag.length) ?? environment.SCOUT_SERVER
}
