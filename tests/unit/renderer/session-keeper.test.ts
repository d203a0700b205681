import { describe, expect, test } from 'vitest'
import { CSRF_HEADER, PATHS } from '../../../app/contracts/http.ts'
import { SessionKeeper } from '../../../renderer/host/session-keeper.ts'

const profile = {
  user_id: 'ana',
  email: 'ana@example.com',
  name: 'Ana',
  role: 'analyst',
  tenant_id: 'sample',
  tenant_name: 'Sample',
  regions: null,
  root_sha256: 'a'.repeat(64),
  offline_until: '2099-01-01T00:00:00Z',
}

/** A server that gives token 1, 2, 3, … for 900 s each. */
function server() {
  const calls: { path: string; init: RequestInit }[] = []
  let now = 1_000_000
  let answer: (() => Response) | null = null
  const keeper = new SessionKeeper(
    async (path, init) => {
      calls.push({ path, init })
      if (answer !== null) return answer()
      return Response.json({ access_token: `token ${calls.length}`, expires_in: 900, profile })
    },
    () => now,
  )
  return {
    keeper,
    calls,
    pass: (ms: number) => {
      now += ms
    },
    answerWith: (next: () => Response) => {
      answer = next
    },
  }
}

describe('the session', () => {
  test('asks for one refresh however many need it at once', async () => {
    const { keeper, calls } = server()
    const tokens = await Promise.all(Array.from({ length: 8 }, () => keeper.access({ refresh: false })))
    expect(new Set(tokens)).toEqual(new Set(['token 1']))
    expect(calls).toHaveLength(1)
  })

  test('gives the token it has until shortly before its end', async () => {
    const { keeper, calls, pass } = server()
    await keeper.logIn({ email: 'ana@example.com', password: 'secret' })
    pass(860_000)
    expect(await keeper.access({ refresh: false })).toBe('token 1')
    pass(15_000)
    expect(await keeper.access({ refresh: false })).toBe('token 2')
    expect(calls.map(({ path }) => path)).toEqual([PATHS.login, PATHS.refresh])
  })

  test('refreshes when the server has refused the token', async () => {
    const { keeper } = server()
    await keeper.logIn({ email: 'ana@example.com', password: 'secret' })
    expect(await keeper.access({ refresh: true })).toBe('token 2')
  })

  test('shows with every request that it comes from the application', async () => {
    const { keeper, calls } = server()
    await keeper.logIn({ email: 'ana@example.com', password: 'secret' })
    await keeper.refresh()
    await keeper.logOut()
    expect(calls.map(({ init }) => new Headers(init.headers).get(CSRF_HEADER))).toEqual(['1', '1', '1'])
    expect(calls.every(({ init }) => init.credentials === 'same-origin')).toBe(true)
  })

  test('passes on the code that the server gives', async () => {
    const { keeper, answerWith } = server()
    answerWith(() =>
      Response.json({ code: 'session_revoked', message: 'over', retryable: false }, { status: 401 }),
    )
    await expect(keeper.refresh()).rejects.toMatchObject({ code: 'session_revoked', message: 'over' })
  })

  test('says offline when nobody answers, or somebody else does', async () => {
    const { keeper, answerWith } = server()
    answerWith(() => {
      throw new TypeError('fetch failed')
    })
    await expect(keeper.refresh()).rejects.toMatchObject({ code: 'offline' })
    answerWith(() => new Response('<h1>Hotel Wi-Fi</h1>', { status: 200 }))
    await expect(keeper.refresh()).rejects.toMatchObject({ code: 'offline' })
  })

  test('tries again after a failed refresh', async () => {
    const { keeper, answerWith } = server()
    answerWith(() => new Response('', { status: 502 }))
    await expect(keeper.refresh()).rejects.toMatchObject({ code: 'offline' })
    answerWith(() => Response.json({ access_token: 'again', expires_in: 900, profile }))
    expect(await keeper.access({ refresh: false })).toBe('again')
  })

  test('forgets the token at log-out', async () => {
    const { keeper, calls } = server()
    await keeper.logIn({ email: 'ana@example.com', password: 'secret' })
    await keeper.logOut()
    expect(await keeper.access({ refresh: false })).toBe('token 3')
    expect(calls.at(-1)?.path).toBe(PATHS.refresh)
  })
})
