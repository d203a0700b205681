import { describe, expect, it } from 'vitest'
import { type SemanticVersion, semanticVersion } from '../../../app/domain/ids.ts'
import { nextVersion } from '../../../sync-server/publishing/versions.ts'

const version = (text: string): SemanticVersion => semanticVersion.parse(text)

describe('the version of changed content', () => {
  it('is 1.0.0 at first and a patch afterwards', () => {
    expect(nextVersion(null, undefined)).toBe('1.0.0')
    expect(nextVersion(version('1.0.9'), undefined)).toBe('1.0.10')
  })

  it('is what was asked for, as long as it goes up', () => {
    expect(nextVersion(version('1.9.0'), version('1.10.0'))).toBe('1.10.0')
    for (const asked of ['1.9.0', '1.8.99', '0.99.99']) {
      expect(() => nextVersion(version('1.9.0'), version(asked))).toThrow(
        expect.objectContaining({ code: 'version_exists' }),
      )
    }
  })
})
