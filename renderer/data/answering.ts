import type { CubeApi, DailySeries, Painting } from '../../app/contracts/worker.ts'
import type { Selection } from '../../app/domain/selection.ts'
import { toWireError } from '../../app/errors.ts'
import { useData } from '../state/data-store.ts'
import { type Question, selectionOf } from '../state/question.ts'
import { useSelection } from '../state/selection-store.ts'
import { LatestOnly } from './latest-only.ts'

type DailyQuestion = Omit<Selection, 'range' | 'level'>

/** Puts every question to the cube and keeps the newest answer in the data store, in the order asked. */
export class Answering {
  private readonly painter: LatestOnly<Selection, Painting>
  private readonly daily: LatestOnly<DailyQuestion, DailySeries>
  private askedDaily = ''

  constructor(cube: CubeApi) {
    const failed = (error: unknown) => useData.setState({ problem: toWireError(error) })
    this.painter = new LatestOnly(
      selection => cube.paint(selection),
      (painting, selection) => useData.setState({ painted: { selection, painting } }),
      failed,
    )
    this.daily = new LatestOnly(
      question => cube.daily(question),
      daily => useData.setState({ daily }),
      failed,
    )
  }

  /** Asks what is asked now, and again whenever it changes. */
  follow(): () => void {
    return useSelection.subscribe((now, before) => {
      if (now.question !== before.question) this.ask(now.question)
    })
  }

  /** After a new version was loaded: everything anew, the selection as it is. */
  askAgain(): void {
    this.askedDaily = ''
    this.ask(useSelection.getState().question)
  }

  private ask(question: Question): void {
    const { cube } = useData.getState()
    if (cube?.days == null) return
    const selection = selectionOf(question, cube.days)
    this.painter.ask(selection)
    const { metric, cluster = null, within, filters } = selection
    const asked = JSON.stringify([metric, cluster, within, filters])
    if (asked === this.askedDaily) return
    this.askedDaily = asked
    this.daily.ask({ metric, cluster, within, filters })
  }
}
