/** Scheme of links that open the application from outside: `scout://open#<where>`. */
export const LINK_SCHEME = 'scout'

const LINK = /^scout:\/\/open\/?#([\w\-.~!$&'()*+,;=:@/?%]{1,512})$/

/**
 * What the page finds behind the `#` of its address, or `undefined` for a link that is not one of ours. Anyone may write such a
 * link, so only plain address characters pass, and the page treats the rest as input from outside.
 */
export function deepLinkHash(link: string): string | undefined {
  const hash = LINK.exec(link)?.[1]
  if (hash === undefined) return undefined
  try {
    decodeURIComponent(hash)
  } catch {
    return undefined
  }
  return hash
}

/** Windows and Linux hand the link over as an argument. */
export function deepLinkOf(argv: readonly string[]): string | undefined {
  return argv.find(argument => argument.startsWith(`${LINK_SCHEME}://`))
}
