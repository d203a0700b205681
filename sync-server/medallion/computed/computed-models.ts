import type { Compute } from '../computed-model.ts'

/** What computes each model of kind `computed`, by relation. */
export const COMPUTED_MODELS: ReadonlyMap<string, Compute> = new Map<string, Compute>()
