import { type SemanticVersion, semanticVersion } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'

const FIRST_VERSION = semanticVersion.parse('1.0.0')

/**
 * The version that changed content gets.
 *
 * @throws ScoutError `version_exists` when the one asked for is not above the present one.
 */
export function nextVersion(
  present: SemanticVersion | null,
  asked: SemanticVersion | undefined,
): SemanticVersion {
  if (present === null) return asked ?? FIRST_VERSION
  if (asked === undefined) {
    const [major = 0, minor = 0, patch = 0] = numbers(present)
    return semanticVersion.parse(`${major}.${minor}.${patch + 1}`)
  }
  if (compareVersions(asked, present) <= 0) {
    throw new ScoutError('version_exists', { details: { asked, present } })
  }
  return asked
}

function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  const left = numbers(a)
  const right = numbers(b)
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: SemanticVersion): number[] {
  return version.split('.').map(Number)
}
