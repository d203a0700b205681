import { type InstallOptions, SERVICE } from './service.ts'
import { sysusersText, tmpfilesText, unitText, wrapperText } from './texts.ts'

const LIBRARY = `/usr/local/lib/${SERVICE}`

/** A file to write, below the root that is installed into. */
export interface PlannedFile {
  readonly path: string
  readonly mode: number
  /** The bundle itself is copied. */
  readonly content: string | 'bundle'
}

export function planInstall(options: InstallOptions): PlannedFile[] {
  const bundle = `${LIBRARY}/edge-agent.mjs`
  return [
    { path: bundle, mode: 0o644, content: 'bundle' },
    { path: '/usr/local/bin/edge-agent', mode: 0o755, content: wrapperText(options.node, bundle) },
    { path: `/etc/sysusers.d/${SERVICE}.conf`, mode: 0o644, content: sysusersText() },
    { path: `/etc/tmpfiles.d/${SERVICE}.conf`, mode: 0o644, content: tmpfilesText() },
    { path: `/etc/systemd/system/${SERVICE}.service`, mode: 0o644, content: unitText(options, bundle) },
  ]
}

/** After the files are there, in this order. */
export const ACTIVATE: ReadonlyArray<readonly string[]> = [
  ['systemd-sysusers', `/etc/sysusers.d/${SERVICE}.conf`],
  ['systemd-tmpfiles', '--create', `/etc/tmpfiles.d/${SERVICE}.conf`],
  ['systemctl', 'daemon-reload'],
  ['systemctl', 'enable', '--now', `${SERVICE}.service`],
]

/** Before the files go. */
export const DEACTIVATE: ReadonlyArray<readonly string[]> = [
  ['systemctl', 'disable', '--now', `${SERVICE}.service`],
]
