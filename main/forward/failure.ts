/** Why no answer came, as far as the client's error tells (Chromium's net errors in Electron, Node's codes in Node). */
export function reasonOf(error: unknown): 'certificate' | 'redirected' | 'timed_out' | 'unreachable' {
  const text = describe(error)
  if (/TimeoutError|TIMED_?OUT/.test(text)) return 'timed_out'
  if (/redirect/i.test(text)) return 'redirected'
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_SSL|ERR_TLS/.test(text)) return 'certificate'
  return 'unreachable'
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  const cause = error.cause === undefined ? '' : describe(error.cause)
  return `${error.name} ${code} ${error.message} ${cause}`
}
