import { describe, expect, it } from 'vitest'
import { createLog } from '../../../sync-server/log.ts'

describe('the log', () => {
  it('hides secrets wherever they lie', () => {
    let written = ''
    const log = createLog('info', {
      write: line => {
        written += line
      },
    })
    const secrets = {
      password: 's3cret',
      claim_code: 's3cret',
      assertion: 's3cret',
      access_token: 's3cret',
      authorization: 's3cret',
      cookie: 's3cret',
      'set-cookie': 's3cret',
      token: 's3cret',
    }
    log.info(secrets, 'flat')
    log.info({ body: secrets }, 'in a body')
    log.info({ req: { headers: secrets, url: '/v1/auth/login' } }, 'in the headers')
    expect(written.split('\n').filter(Boolean)).toHaveLength(3)
    expect(written).toContain('/v1/auth/login')
    expect(written).not.toContain('s3cret')
  })
})
