import { HOME, type InstallOptions, SERVICE } from './service.ts'

/** Memory at which the kernel is asked to end the service: about twice what it takes with a million sales waiting. */
const MEMORY_MAX = '256M'

/** The runtime's own: a small nursery costs a little speed and saves a third of its memory. */
export const RUNTIME_OPTIONS = ['--optimize-for-size', '--max-semi-space-size=1'] as const

/**
 * The unit. What it takes away is everything that an agent does not need: writing anywhere but its home, other people's files, devices, the
 * kernel's settings, privileges, other address families. What must stay: the JIT of the runtime writes code (no MemoryDenyWriteExecute), and
 * its threads and `systemd-notify` need processes and AF_UNIX.
 *
 * NotifyAccess=all, because the messages come from `systemd-notify`: the runtime has no datagram sockets of the UNIX domain.
 */
export function unitText({ node, port, maxBytes, whenFull }: InstallOptions, bundle: string): string {
  const options = [
    `--port ${port}`,
    ...(maxBytes === undefined ? [] : [`--max-bytes ${maxBytes}`]),
    ...(whenFull === undefined ? [] : [`--when-full ${whenFull}`]),
  ].join(' ')
  return `[Unit]
Description=Scout edge agent: keeps the sales of this store and sends them
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
ExecStart=${node} ${RUNTIME_OPTIONS.join(' ')} ${bundle} run ${options}
Environment=SCOUT_AGENT_HOME=${HOME} NODE_ENV=production
User=${SERVICE}
Group=${SERVICE}
StateDirectory=${SERVICE}
StateDirectoryMode=0750
WorkingDirectory=${HOME}
UMask=0007
Restart=always
RestartSec=5
WatchdogSec=60
# A large outbox that was damaged is carried over before the agent is ready.
TimeoutStartSec=15min
TimeoutStopSec=30
MemoryMax=${MEMORY_MAX}
TasksMax=64
LimitNOFILE=4096
OOMPolicy=stop

ProtectSystem=strict
ReadWritePaths=${HOME}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`
}

/** The agent's own user: no shell, no home but its data. */
export function sysusersText(): string {
  return `u ${SERVICE} - "Scout edge agent" ${HOME} /usr/sbin/nologin\n`
}

/** Tills that hand in files are members of the group; nobody else reads what waits. */
export function tmpfilesText(): string {
  return [
    `d ${HOME} 0750 ${SERVICE} ${SERVICE} -`,
    `d ${HOME}/inbox 2770 ${SERVICE} ${SERVICE} -`,
    `d ${HOME}/keys 0700 ${SERVICE} ${SERVICE} -`,
    '',
  ].join('\n')
}

/** `edge-agent` on the path: works on the service's home, as the service's user where root calls it. */
export function wrapperText(node: string, bundle: string): string {
  return `#!/bin/sh
export SCOUT_AGENT_HOME="\${SCOUT_AGENT_HOME:-${HOME}}"
case "$1" in
  install|uninstall) exec ${node} ${bundle} "$@" ;;
esac
if [ "$(id -u)" = 0 ] && id ${SERVICE} >/dev/null 2>&1; then
  exec runuser -u ${SERVICE} -- ${node} ${bundle} "$@"
fi
exec ${node} ${bundle} "$@"
`
}
