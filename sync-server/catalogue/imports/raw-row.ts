/** A row as it stands in a file, or why it cannot be read. */
export type RawRow =
  | { readonly line: number; readonly fields: readonly string[]; readonly problem?: undefined }
  | { readonly line: number; readonly problem: string }
