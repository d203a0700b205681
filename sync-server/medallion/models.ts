import { ScoutError } from '../../app/errors.ts'
import { sqlFiles } from '../database/sql-directory.ts'
import { LAYERS, type Model } from './model.ts'
import { parseModel } from './model-file.ts'

/** All models, each after those that it reads. */
export function readModels(): Model[] {
  return inOrder(
    LAYERS.flatMap(layer => sqlFiles(layer).map(({ name, sql }) => parseModel(layer, name, sql))),
  )
}

/**
 * @throws ScoutError `reference_invalid` when models read each other in a circle, or one that is kept with every arrival reads one that is
 * redone by schedule: it would then not be what a full rebuild makes.
 */
export function inOrder(models: readonly Model[]): Model[] {
  const waiting = new Map(models.map(model => [model.relation, model]))
  const ordered: Model[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(model => !readsOneOf(model, waiting))
    if (ready.length === 0) {
      throw new ScoutError('reference_invalid', {
        message: `Transforms read each other in a circle: ${[...waiting.keys()].join(', ')}.`,
      })
    }
    for (const model of ready) waiting.delete(model.relation)
    ordered.push(...ready)
  }
  refuseScheduledInputs(ordered)
  return ordered
}

/** As an input, or as what it is fitted by. */
function readsOneOf({ inputs, refresh }: Model, relations: ReadonlyMap<string, Model>): boolean {
  const fit = refresh.kind === 'incremental' ? refresh.fit : undefined
  return inputs.some(input => relations.has(input)) || (fit !== undefined && relations.has(fit))
}

/** The relations, and every model that reads one of them, directly or by others; views too, as others read through them. */
export function withDependents(models: readonly Model[], relations: Iterable<string>): Set<string> {
  const found = new Set(relations)
  for (const { relation, inputs } of models) {
    if (inputs.some(input => found.has(input))) found.add(relation)
  }
  return found
}

/** The relation, and everything that it is made from, directly or by others. */
export function withSources(models: readonly Model[], relation: string): Set<string> {
  const found = new Set([relation])
  for (const model of models.toReversed()) {
    if (found.has(model.relation)) for (const input of model.inputs) found.add(input)
  }
  return found
}

function refuseScheduledInputs(ordered: readonly Model[]): void {
  const isScheduled = ({ refresh }: Model) => refresh.kind === 'windowed' || refresh.kind === 'computed'
  const behind = withDependents(
    ordered,
    ordered.filter(isScheduled).map(({ relation }) => relation),
  )
  const wrong = ordered.find(
    ({ relation, refresh }) => refresh.kind === 'incremental' && behind.has(relation),
  )
  if (wrong !== undefined) {
    throw new ScoutError('reference_invalid', {
      message: `${wrong.relation} is incremental but reads what is redone by schedule: make it windowed.`,
    })
  }
}
