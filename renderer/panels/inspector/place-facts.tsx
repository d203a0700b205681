import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { wholeNumber } from '../../format/number.ts'

/** What the geography pack knows of a place. */
export function PlaceFacts({ place, catalogue }: { place: Place; catalogue: Catalogue }) {
  const { pack } = catalogue
  const facts = [
    place.population === null
      ? null
      : { name: `Population ${pack.populationYear}`, value: wholeNumber(place.population, pack.locale) },
    place.areaSqkm === null
      ? null
      : { name: 'Area', value: `${wholeNumber(place.areaSqkm, pack.locale)} km²` },
    place.incomeClass === null ? null : { name: 'Income class', value: place.incomeClass },
    { name: 'Code', value: place.code },
    place.aliases.length === 0 ? null : { name: 'Also', value: place.aliases.slice(0, 4).join(', ') },
  ].filter(fact => fact !== null)
  return (
    <dl className="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
