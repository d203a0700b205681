import { useEffect, useState } from 'react'
import type { DailySeries, Painting } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import type { Selection } from '../../../app/domain/selection.ts'
import { useDesk } from '../../data/desk-context.ts'
import { LatestOnly } from '../../data/latest-only.ts'
import { useData } from '../../state/data-store.ts'

export interface PickedAnswer {
  readonly code: string
  readonly selection: Selection
  readonly painting: Painting
  readonly daily: DailySeries
}

/**
 * The picked place's own answer: a painting at its level among its siblings, and its days. The map may show another level.
 */
export function usePicked(place: Place): PickedAnswer | null {
  const desk = useDesk()
  const selection = useData(state => state.painted?.selection ?? null)
  const [answer, setAnswer] = useState<PickedAnswer | null>(null)
  const [asking] = useState(
    () =>
      new LatestOnly<{ place: Place; selection: Selection }, PickedAnswer>(
        async asked => {
          const { metric, cluster = null, filters, range } = asked.selection
          const { code, level, parent } = asked.place
          const own: Selection = { metric, cluster, filters, range, level, within: parent }
          const [painting, daily] = await Promise.all([
            desk.plane.cube.paint(own),
            desk.plane.cube.daily({ metric, cluster, filters, within: code }),
          ])
          return { code, selection: own, painting, daily }
        },
        setAnswer,
        () => setAnswer(null),
      ),
  )
  useEffect(() => {
    if (selection !== null) asking.ask({ place, selection })
  }, [asking, place, selection])
  return answer?.code === place.code ? answer : null
}
