/** Where things lie on a machine, and who the agent is there. */
export const SERVICE = 'scout-agent'
export const HOME = `/var/lib/${SERVICE}`

export interface InstallOptions {
  /** The runtime: absolute. */
  readonly node: string
  readonly port: number
  readonly maxBytes?: string | undefined
  readonly whenFull?: string | undefined
}
