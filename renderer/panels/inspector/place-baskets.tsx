import { Button } from 'react-aria-components'
import type { BasketCluster, Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { percent } from '../../format/number.ts'
import { useData } from '../../state/data-store.ts'
import { useSelection } from '../../state/selection-store.ts'
import { useBasketMix } from './use-basket-mix.ts'

const NONE: readonly BasketCluster[] = []

/** The place's baskets by kind, and on what share of its sales that rests; pressing a kind paints it. */
export function PlaceBaskets({ place, catalogue }: { place: Place; catalogue: Catalogue }) {
  const clusters = useData(state => state.cube?.clusters ?? NONE)
  const { metric, cluster } = useSelection(state => state.question)
  const ask = useSelection(state => state.ask)
  const mix = useBasketMix(place)
  if (clusters.length === 0 || mix === null) return null
  const { locale } = catalogue.pack
  const rows = clusters.map((kind, at) => ({ kind, sales: mix.sales[at] ?? 0 }))
  const known = sum(rows.filter(({ kind }) => kind.found))
  const all = sum(rows)
  if (all === 0) return null
  const found = rows.filter(({ kind }) => kind.found).sort((a, b) => b.sales - a.sales)
  return (
    <section className="baskets-of-place" aria-labelledby="baskets-of-place-title">
      <h3 id="baskets-of-place-title" className="eyebrow">
        Baskets
      </h3>
      {known === 0 ? null : (
        <ul>
          {found.map(({ kind, sales }) => (
            <li key={kind.id}>
              <Button
                className="basket"
                data-asked={(metric === 'basket_share' && kind.id === cluster) || undefined}
                onPress={() => ask({ metric: 'basket_share', cluster: kind.id })}
              >
                <span>{kind.name}</span>
                <span className="figure">{percent(sales / known, locale)}</span>
                <span className="basket-bar" aria-hidden="true">
                  <span style={{ width: `${(100 * sales) / known}%` }} />
                </span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p className="soft figure">{restsOn(rows, all, locale)}</p>
    </section>
  )
}

/** "Rests on 57 % of the sales; no items known 43 %." */
function restsOn(
  rows: readonly { readonly kind: BasketCluster; readonly sales: number }[],
  all: number,
  locale: string,
): string {
  const unknown = rows.filter(({ kind, sales }) => !kind.found && sales > 0)
  if (unknown.length === 0) return 'Rests on all sales.'
  const reasons = unknown.map(
    ({ kind, sales }) => `${kind.name.toLowerCase()} ${percent(sales / all, locale)}`,
  )
  return `Rests on ${percent(1 - sum(unknown) / all, locale)} of the sales; ${reasons.join(', ')}.`
}

function sum(rows: readonly { readonly sales: number }[]): number {
  return rows.reduce((total, { sales }) => total + sales, 0)
}
