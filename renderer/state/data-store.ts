import { create } from 'zustand'
import type { Progress } from '../../app/contracts/long-work.ts'
import type {
  ActiveVersion,
  Catalogue,
  CubeInfo,
  CubeStage,
  DailySeries,
  Painting,
  SyncStage,
} from '../../app/contracts/worker.ts'
import type { Selection } from '../../app/domain/selection.ts'
import type { WireError } from '../../app/errors.ts'

/** An answer with the question it answers, so that a label never stands beside another question's number. */
export interface Painted {
  readonly selection: Selection
  readonly painting: Painting
}

interface DataState {
  readonly active: ActiveVersion | null
  readonly catalogue: Catalogue | null
  readonly cube: CubeInfo | null
  readonly painted: Painted | null
  readonly daily: DailySeries | null
  readonly loading: Progress<CubeStage> | null
  readonly syncing: Progress<SyncStage> | null
  /** The last thing that went wrong and still matters. */
  readonly problem: WireError | null
}

export const useData = create<DataState>()(() => ({
  active: null,
  catalogue: null,
  cube: null,
  painted: null,
  daily: null,
  loading: null,
  syncing: null,
  problem: null,
}))
