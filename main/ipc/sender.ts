import { APP_ORIGIN } from '../origin.ts'

/** The frame that a call came from; null once it has navigated away or is gone. */
export interface Sender {
  readonly frame: { readonly origin: string; readonly isTop: boolean } | null
}

/** Only the application's own page, and only its top frame. */
export function isTrusted({ frame }: Sender): boolean {
  return frame?.isTop === true && frame.origin === APP_ORIGIN
}
