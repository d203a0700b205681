import { beforeEach, describe, expect, test } from 'vitest'
import { type Profile, profile } from '../../../app/contracts/http.ts'
import type { ActiveVersion, CubeApi, LocalState, SyncApi } from '../../../app/contracts/worker.ts'
import { ScoutError } from '../../../app/errors.ts'
import { Desk } from '../../../renderer/data/desk.ts'
import type { Host } from '../../../renderer/host/host.ts'
import { SessionKeeper } from '../../../renderer/host/session-keeper.ts'
import { useData } from '../../../renderer/state/data-store.ts'
import { useSession } from '../../../renderer/state/session-store.ts'
import { catalogue, paintingOf } from './places.ts'

const ana = profile.parse({
  user_id: 'ana',
  email: 'ana@example.com',
  name: 'Ana',
  role: 'analyst',
  tenant_id: 'sample',
  tenant_name: 'Sample',
  regions: null,
  root_sha256: 'a'.repeat(64),
  offline_until: '2099-01-01T00:00:00Z',
})
const ben: Profile = profile.parse({ ...ana, user_id: 'ben', email: 'ben@example.com', regions: ['R1'] })
const version: ActiveVersion = {
  sequence: 7,
  publishedAt: '2026-01-01T00:00:00Z',
  activatedAt: '2026-01-01T00:00:00Z',
  datasets: [],
  sample: true,
}

const host: Host = {
  kind: 'browser',
  info: async () => ({ version: '0', platform: 'test', serverUrl: null }),
  chooseServer: async () => undefined,
  onMenuCommand: () => () => undefined,
  keepApplication: async () => undefined,
}

/** A laptop with a store, and a server that answers or does not. Workers need a browser: these stand in for them. */
function laptop(held: LocalState, server: Profile | 'gone' | 'logged out') {
  const did: string[] = []
  let local = held
  const sync: SyncApi = {
    open: async () => local,
    adopt: async adopted => {
      did.push(`adopt ${adopted.user_id}`)
      const same = local.profile?.user_id === adopted.user_id
      local = { ...local, profile: adopted, expired: false, active: same ? local.active : null }
      return local
    },
    sync: async () => {
      did.push(`sync with ${useData.getState().catalogue === null ? 'nothing' : 'data'} shown`)
      if (server === 'gone') throw new ScoutError('offline')
      local = { ...local, active: version }
      return { changed: true, active: version, downloadedBytes: 1, downloadedFiles: 1 }
    },
    forget: async () => {
      did.push('forget')
      local = { profile: null, expired: false, active: null, bytes: 0 }
    },
  }
  const cube: CubeApi = {
    catalogue: async () => catalogue,
    boundaries: async () => 'blob:',
    load: async () => {
      did.push('load')
      const values = { time_of_day: [], channel: [], customer_type: [], category: [] }
      return { rows: 1, bytes: 1, days: { from: 1, to: 9 }, values, anomalies: [], clusters: [] }
    },
    paint: async () => paintingOf([1, 2]),
    daily: async () => ({ from: 1, values: new Float64Array(9) }),
    baskets: async () => ({ sales: new Float64Array(0) }),
  }
  const keeper = new SessionKeeper(async path => {
    did.push(path.slice(path.lastIndexOf('/') + 1))
    if (server === 'gone') throw new TypeError('fetch failed')
    if (server === 'logged out') {
      return Response.json(
        { code: 'token_missing', message: 'Log in first.', retryable: false },
        { status: 401 },
      )
    }
    return Response.json({ access_token: 'token', expires_in: 900, profile: server })
  })
  return { did, desk: new Desk({ sync, cube, dispose: () => undefined }, host, keeper) }
}

const empty: LocalState = { profile: null, expired: false, active: null, bytes: 0 }
const filled: LocalState = { profile: ana, expired: false, active: version, bytes: 1 }

beforeEach(() => {
  useSession.setState({ stage: 'opening', profile: null, reason: null, signedIn: false, online: true })
  useData.setState(useData.getInitialState(), true)
})

describe('opening', () => {
  test('shows what is here before it asks anybody', async () => {
    const { desk, did } = laptop(filled, ana)
    await desk.open()
    expect(did).toEqual(['load', 'refresh', 'adopt ana', 'sync with data shown'])
    expect(useSession.getState()).toMatchObject({ stage: 'open', signedIn: true, online: true })
  })

  test('needs no server', async () => {
    const { desk } = laptop(filled, 'gone')
    await desk.open()
    expect(useSession.getState()).toMatchObject({ stage: 'open', online: false })
    expect(useData.getState()).toMatchObject({ active: version, problem: null })
  })

  test('keeps what is here when the log-in is over, and says so', async () => {
    const { desk } = laptop(filled, 'logged out')
    await desk.open()
    expect(useSession.getState()).toMatchObject({ stage: 'open', signedIn: false, online: true })
  })

  test('shows nothing of a profile whose offline time is over', async () => {
    const { desk, did } = laptop({ ...filled, expired: true }, 'gone')
    await desk.open()
    expect(useSession.getState()).toMatchObject({ stage: 'login', reason: 'profile_expired' })
    expect(did).not.toContain('load')
  })

  test('says when the browser gives no storage', async () => {
    const { desk } = laptop(empty, 'gone')
    desk.plane.sync.open = async () => {
      throw new ScoutError('storage_denied')
    }
    await desk.open()
    expect(useSession.getState().stage).toBe('denied')
  })
})

describe('logging in', () => {
  const credentials = { email: 'ana@example.com', password: 'secret' }

  test('for the first time stops at the root of trust', async () => {
    const { desk, did } = laptop(empty, ana)
    await desk.logIn(credentials)
    expect(useSession.getState()).toMatchObject({ stage: 'trust', profile: ana })
    expect(did).toEqual(['login'])
    await desk.trust()
    expect(did).toEqual(['login', 'adopt ana', 'sync with nothing shown', 'load'])
    expect(useSession.getState().stage).toBe('open')
  })

  test('as somebody else shows nothing of the person before, even in the same version', async () => {
    const { desk, did } = laptop(filled, ben)
    await desk.open()
    expect(did).toEqual(['load', 'refresh', 'adopt ben', 'sync with nothing shown', 'load'])
  })
})

test('logging out removes the data, with or without the server', async () => {
  const { desk, did } = laptop(filled, 'gone')
  await desk.open()
  await desk.logOut()
  expect(did.slice(-2)).toEqual(['logout', 'forget'])
  expect(useData.getState()).toMatchObject({ active: null, catalogue: null, painted: null })
  expect(useSession.getState()).toMatchObject({ stage: 'login', profile: null })
})
