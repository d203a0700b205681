import { describe, expect, test } from 'vitest'
import { gazetteerOf } from '../../../renderer/state/gazetteer.ts'
import { levelsWithin, stepOut, viewOf } from '../../../renderer/state/navigation.ts'
import { FIRST_QUESTION, type Question } from '../../../renderer/state/question.ts'
import { catalogue, code } from './places.ts'

const gazetteer = gazetteerOf(catalogue)

function at(text: string): Question {
  const place = gazetteer.find(code(text))
  if (place === undefined) throw new Error(`no place ${text}`)
  return { ...FIRST_QUESTION, ...viewOf(place) }
}

describe('going to a place', () => {
  test('shows the parts of a wide one and the siblings of a narrow one', () => {
    expect(at('R1')).toMatchObject({ within: 'R1', level: 'province', picked: 'R1' })
    expect(at('R1P2')).toMatchObject({ within: 'R1P2', level: 'city', picked: 'R1P2' })
    expect(at('R1P2C1')).toMatchObject({ within: 'R1P2', level: 'city', picked: 'R1P2C1' })
  })

  test('knows its lineage, widest first', () => {
    expect(gazetteer.lineage(code('R1P2C1')).map(place => place.code)).toEqual(['R1', 'R1P2', 'R1P2C1'])
    expect(gazetteer.lineage(null)).toEqual([])
  })
})

describe('backing out', () => {
  test('leads from a city to everything in as many steps as there are levels, and then no further', () => {
    const path: (string | null)[] = []
    let question = at('R1P2C1')
    for (let step = stepOut(question, catalogue); step !== null; step = stepOut(question, catalogue)) {
      question = { ...question, ...step }
      path.push(question.picked)
    }
    expect(path).toEqual(['R1P2', 'R1', null])
    expect(question).toMatchObject({ within: null, level: 'region' })
  })

  test('only lets go of what is picked in a view of everything', () => {
    const question: Question = { ...FIRST_QUESTION, level: 'city', picked: code('R2P1C1') }
    expect(stepOut(question, catalogue)).toEqual({ picked: null })
  })
})

test('inside a place only narrower levels are compared', () => {
  expect(levelsWithin(null, catalogue)).toEqual(['region', 'province', 'city'])
  expect(levelsWithin(code('R1'), catalogue)).toEqual(['province', 'city'])
  expect(levelsWithin(code('R1P1'), catalogue)).toEqual(['city'])
})
