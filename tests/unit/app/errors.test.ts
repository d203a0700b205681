import { describe, expect, it } from 'vitest'
import { ERRORS, fromWireError, isErrorCode, ScoutError, toWireError } from '../../../app/errors.ts'

describe('errors', () => {
  it.each(Object.entries(ERRORS))('%s has a status and a sentence', (_code, { status, message }) => {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(message).toMatch(/^[A-Z`].*[.?]$/)
  })

  it('survive a boundary with their code, message and details', () => {
    const error = new ScoutError('claim_expired', {
      message: 'It expired on Monday.',
      details: { at: 'Monday' },
    })
    const back = fromWireError(JSON.parse(JSON.stringify(toWireError(error))))
    expect(back).toMatchObject({
      code: 'claim_expired',
      message: 'It expired on Monday.',
      details: { at: 'Monday' },
    })
    expect(back.status).toBe(401)
  })

  it('show nothing of what is not theirs', () => {
    expect(toWireError(new Error('password=hunter2'))).toEqual({
      code: 'internal',
      message: ERRORS.internal.message,
      retryable: true,
    })
    expect(toWireError(new DOMException('stop', 'AbortError')).code).toBe('cancelled')
    expect(fromWireError('nonsense').code).toBe('internal')
    expect(isErrorCode('toString')).toBe(false)
  })
})
