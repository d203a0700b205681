import { useEffect, useState } from 'react'
import type { BasketMix } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import type { DayRange } from '../../../app/domain/time.ts'
import { useDesk } from '../../data/desk-context.ts'
import { LatestOnly } from '../../data/latest-only.ts'
import { useData } from '../../state/data-store.ts'

interface Asked {
  readonly place: Place
  readonly range: DayRange
}

/** Sales of the picked place by kind of basket, over the period in question; null until it is known. */
export function useBasketMix(place: Place): BasketMix | null {
  const desk = useDesk()
  const range = useData(state => state.painted?.selection.range ?? null)
  const [answer, setAnswer] = useState<{ code: string; mix: BasketMix } | null>(null)
  const [asking] = useState(
    () =>
      new LatestOnly<Asked, { code: string; mix: BasketMix }>(
        async asked => ({
          code: asked.place.code,
          mix: await desk.plane.cube.baskets({ within: asked.place.code, range: asked.range }),
        }),
        setAnswer,
        () => setAnswer(null),
      ),
  )
  useEffect(() => {
    if (range !== null) asking.ask({ place, range })
  }, [asking, place, range])
  return answer?.code === place.code ? answer.mix : null
}
