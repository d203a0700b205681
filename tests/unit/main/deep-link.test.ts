import { describe, expect, it } from 'vitest'
import { deepLinkHash, deepLinkOf } from '../../../main/deep-link.ts'

describe('a link from outside', () => {
  it.each([
    ['scout://open#level=region&place=0300000000', 'level=region&place=0300000000'],
    ['scout://open/#/map?from=2025-01-01', '/map?from=2025-01-01'],
    ['scout://open#q=Las%20Pi%C3%B1as', 'q=Las%20Pi%C3%B1as'],
  ])('%s names a place', (link, hash) => {
    expect(deepLinkHash(link)).toBe(hash)
  })

  it.each([
    'scout://open',
    'scout://open#',
    'scout://evil#x',
    'scout://open/path#x',
    'scout://user@open#x',
    'SCOUT://open#x',
    'https://open#x',
    'javascript:alert(1)',
    'scout://open#<script>',
    'scout://open#"onload',
    'scout://open#a b',
    'scout://open#a\nb',
    'scout://open#`x`',
    'scout://open#a\\b',
    'scout://open#%zz',
    'scout://open#%ff',
    `scout://open#${'x'.repeat(513)}`,
    '',
  ])('%j is not one', link => {
    expect(deepLinkHash(link)).toBeUndefined()
  })

  it('is found among the arguments', () => {
    expect(deepLinkOf(['electron', '.', '--flag', 'scout://open#x'])).toBe('scout://open#x')
    expect(deepLinkOf(['electron', 'scout', 'xscout://open#x'])).toBeUndefined()
  })
})
