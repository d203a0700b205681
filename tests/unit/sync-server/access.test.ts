import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { deviceId, tenantId, userId } from '../../../app/domain/ids.ts'
import { accessTokens } from '../../../sync-server/identity/access-tokens.ts'
import { accessControl } from '../../../sync-server/plugins/access.ts'
import { errorAnswers } from '../../../sync-server/plugins/error-answers.ts'

const tokens = accessTokens(new Uint8Array(32).fill(7), () => new Date())
const tenant = tenantId.parse('tindahan')

function app() {
  const server = fastify()
  errorAnswers(server)
  accessControl(server, tokens)
  return server
}

describe('access control', () => {
  it('does not let a route start that forgot to say who may call it', () => {
    expect(() => app().get('/v1/open', async () => 'oops')).toThrow(/does not say who may call it/)
  })

  it.each([
    ['manager', ['admin', 'manager'], 200],
    ['analyst', ['admin', 'manager'], 403],
    ['admin', 'device', 403],
    ['device', 'device', 200],
    ['device', ['admin', 'manager', 'analyst'], 403],
  ] as const)('lets a %s into %j: %i', async (who, access, status) => {
    const server = app()
    server.get('/v1/door', { config: { access } }, async () => 'in')
    const token = await tokens.issue(
      who === 'device'
        ? { kind: 'device', tenantId: tenant, deviceId: deviceId.parse('d') }
        : { kind: 'user', tenantId: tenant, userId: userId.parse('u'), role: who },
    )
    const answer = await server.inject({ url: '/v1/door', headers: { authorization: `Bearer ${token}` } })
    expect(answer.statusCode).toBe(status)
  })

  it('takes no token that another key signed, and none without a signature', async () => {
    const forged = accessTokens(new Uint8Array(32).fill(8), () => new Date())
    const principal = { kind: 'user', tenantId: tenant, userId: userId.parse('u'), role: 'admin' } as const
    await expect(tokens.verify(await forged.issue(principal))).rejects.toMatchObject({
      code: 'token_invalid',
    })
    const [, payload] = (await tokens.issue(principal)).split('.')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    await expect(tokens.verify(none)).rejects.toMatchObject({ code: 'token_invalid' })
  })
})
