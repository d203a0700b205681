import './without-eval.ts'
import { expose, transfer } from 'comlink'
import type { CubeApi } from '../app/contracts/worker.ts'
import { installBoundary } from './comlink-boundary.ts'
import { CubeService } from './cube/cube-service.ts'
import { loadParquet } from './cube/parquet.ts'
import { openOpfs } from './store/opfs.ts'
import { Store } from './store/store.ts'

installBoundary()
const service = new CubeService(async () => new Store(await openOpfs()), loadParquet)

/** The service, its arrays handed over rather than copied. */
const api: CubeApi = {
  catalogue: () => service.catalogue(),
  boundaries: (level, detail) => service.boundaries(level, detail),
  load: work => service.load(work),
  async paint(selection) {
    const painting = await service.paint(selection)
    const { values, sales, pricedSales } = painting
    return transfer(painting, [values.buffer, sales.buffer, pricedSales.buffer])
  },
  async daily(selection) {
    const series = await service.daily(selection)
    return transfer(series, [series.values.buffer])
  },
  async baskets(of) {
    const mix = await service.baskets(of)
    return transfer(mix, [mix.sales.buffer])
  },
}
expose(api)
