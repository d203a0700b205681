import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { IPC, MENU_CHANNEL } from '../../../app/contracts/ipc.ts'
import { ScoutError } from '../../../app/errors.ts'
import { dispatch, IPC_CHANNELS, type IpcHandlers } from '../../../main/ipc/dispatcher.ts'
import type { Sender } from '../../../main/ipc/sender.ts'

const page: Sender = { frame: { origin: 'app://scout', isTop: true } }
let chosen: string[]
let errors: unknown[]
const handlers: IpcHandlers = {
  'app:info': () => ({ version: '1', platform: 'linux', serverUrl: null, secret: 'not in the contract' }),
  'server:choose': async address => {
    if (address.includes('busy')) throw new ScoutError('busy')
    if (address.includes('broken')) throw new Error('secret detail')
    chosen.push(address)
  },
}
const call = (channel: keyof typeof IPC, sender: Sender, ...request: unknown[]) =>
  dispatch(handlers, channel, sender, request, error => errors.push(error))

beforeEach(() => {
  chosen = []
  errors = []
})

describe('a call from the page', () => {
  it('is answered with what the contract names and nothing else', async () => {
    expect(await call('app:info', page)).toEqual({
      ok: true,
      value: { version: '1', platform: 'linux', serverUrl: null },
    })
  })

  it('hands over its parsed arguments', async () => {
    expect(await call('server:choose', page, 'https://scout.example.com')).toEqual({
      ok: true,
      value: undefined,
    })
    expect(chosen).toEqual(['https://scout.example.com'])
  })

  it.each([[[]], [[42]], [['ftp://x']], [['https://x/path']], [['https://x', 'more']], [[{ toString: 1 }]]])(
    'with arguments %j is refused before any work',
    async request => {
      expect(await call('server:choose', page, ...request)).toMatchObject({
        ok: false,
        error: { code: 'request_invalid', details: { channel: 'server:choose' } },
      })
      expect(chosen).toEqual([])
    },
  )

  it('gets the code of what went wrong, and of what nobody expected only `internal`', async () => {
    expect(await call('server:choose', page, 'https://busy')).toMatchObject({
      error: { code: 'busy', retryable: true },
    })
    const failed = await call('server:choose', page, 'https://broken')
    expect(failed).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(failed)).not.toContain('secret detail')
    expect(errors).toEqual([new Error('secret detail')])
  })
})

describe('a call from elsewhere is refused and noted', () => {
  it.each<[string, Sender]>([
    ['another site', { frame: { origin: 'https://evil.example.com', isTop: true } }],
    ['another host of the scheme', { frame: { origin: 'app://scout.evil', isTop: true } }],
    ['an opaque origin', { frame: { origin: 'null', isTop: true } }],
    ['a frame within the page', { frame: { origin: 'app://scout', isTop: false } }],
    ['a file', { frame: { origin: 'file://', isTop: true } }],
    ['a frame that is gone', { frame: null }],
  ])('%s', async (_name, sender) => {
    for (const channel of IPC_CHANNELS) {
      expect(await call(channel, sender, 'https://scout.example.com')).toMatchObject({
        ok: false,
        error: { code: 'ipc_refused' },
      })
    }
    expect(chosen).toEqual([])
    expect(errors).toHaveLength(IPC_CHANNELS.length)
  })
})

it('knows the same channels in the contract and in the preload', async () => {
  const preload = await readFile(new URL('../../../main/preload/preload.ts', import.meta.url), 'utf8')
  expect([...IPC_CHANNELS]).toEqual(Object.keys(IPC))
  for (const channel of [...IPC_CHANNELS, MENU_CHANNEL]) expect(preload).toContain(`'${channel}'`)
})
