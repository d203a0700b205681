import { describe, expect, it } from 'vitest'
import { appProtocol } from '../../../main/protocol.ts'

const errors: unknown[] = []
const answer = appProtocol({
  files: async () => new Response('file', { headers: { 'content-security-policy': 'default-src *' } }),
  server: async request => {
    if (request.url.endsWith('/broken')) throw new Error('secret detail')
    return new Response(null, { status: 304, headers: { etag: '"a"' } })
  },
  onError: error => errors.push(error),
})
const ask = (address: string, initiatorOrigin?: string) => {
  const request = new Request(address)
  return answer(initiatorOrigin === undefined ? request : Object.assign(request, { initiatorOrigin }))
}

describe('app://scout', () => {
  it('sends /v1 to the server and the rest to the files', async () => {
    expect(await (await ask('app://scout/index.html')).text()).toBe('file')
    expect(await (await ask('app://scout/v1x')).text()).toBe('file')
    expect((await ask('app://scout/v1/snapshot')).status).toBe(304)
    expect((await ask('app://scout/v1')).status).toBe(304)
  })

  it('puts the security headers on every answer, over what the answer said itself', async () => {
    for (const path of ['index.html', 'v1/snapshot', 'v1/broken']) {
      const { headers } = await ask(`app://scout/${path}`)
      expect(headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval';")
      expect(headers.get('content-security-policy')).not.toMatch(/\*|http|unsafe-eval'.*'unsafe-eval/)
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('serves itself only', async () => {
    expect((await ask('app://scout/index.html', 'app://scout')).status).toBe(200)
    for (const asker of ['https://evil.example.com', 'null', 'app://other', 'file://']) {
      expect((await ask('app://scout/v1/snapshot', asker)).status).toBe(403)
    }
    expect((await ask('app://other/index.html')).status).toBe(404)
    expect((await ask('app://scout:81/index.html')).status).toBe(404)
  })

  it('tells the log, not the page, what went wrong', async () => {
    errors.length = 0
    const failed = await ask('app://scout/v1/broken')
    expect(failed.status).toBe(500)
    expect(await failed.text()).not.toContain('secret detail')
    expect(errors).toEqual([new Error('secret detail')])
  })
})
