/** Text that Postgres can hold: U+0000 and lone surrogates, which only reach us from broken senders, become U+FFFD. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

/** The same for every string inside a JSON value, as its JSON text. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? storableText(member) : member,
  )
}
