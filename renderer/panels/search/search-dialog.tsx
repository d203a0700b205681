import './search.css'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import type { Catalogue } from '../../../app/contracts/worker.ts'
import type { Place } from '../../../app/domain/geography.ts'
import { useData } from '../../state/data-store.ts'
import { gazetteerOf } from '../../state/gazetteer.ts'
import { goToPlace } from '../../state/navigation.ts'
import { useView } from '../../state/view-store.ts'
import { placeSearch } from './place-search.ts'

export function SearchDialog() {
  const open = useView(state => state.searchOpen)
  const show = useView(state => state.show)
  const catalogue = useData(state => state.catalogue)
  if (catalogue === null) return null
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen={open}
      onOpenChange={searchOpen => show({ searchOpen })}
    >
      <Modal className="search">
        <Dialog aria-label="Find a place" className="search-dialog">
          <SearchBox catalogue={catalogue} close={() => show({ searchOpen: false })} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function SearchBox({ catalogue, close }: { catalogue: Catalogue; close: () => void }) {
  const search = useMemo(() => placeSearch(catalogue), [catalogue])
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(() => search(text), [search, text])
  const go = (place: Place | undefined) => {
    if (place === undefined) return
    goToPlace(place)
    close()
  }
  const walk = (to: number) => {
    setAt(to)
    list.current?.children[to]?.scrollIntoView({ block: 'nearest' })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') walk(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') walk(Math.max(0, at - 1))
    else if (event.key === 'Enter') go(found[at])
    else return
    event.preventDefault()
  }
  return (
    <>
      <div className="search-field">
        <Search size={17} aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type into it
          autoFocus
          role="combobox"
          aria-label="Name, alias or code"
          aria-expanded="true"
          aria-controls="found-places"
          aria-activedescendant={found[at] === undefined ? undefined : `found-${found[at].code}`}
          placeholder="Name, alias or code"
          value={text}
          onChange={event => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={press}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="found" id="found-places" role="listbox" aria-label="Places found" ref={list}>
        {found.map((place, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which points here
          <div
            key={place.code}
            id={`found-${place.code}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            className="found-place"
            onPointerMove={() => setAt(i)}
            onClick={() => go(place)}
          >
            <span className="found-name">{place.name}</span>
            <span className="soft found-where">{whereText(place, catalogue)}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? (
        <p className="found-none soft">No place is called that. Try fewer letters, or its code.</p>
      ) : null}
    </>
  )
}

function whereText(place: Place, catalogue: Catalogue): string {
  const around = gazetteerOf(catalogue)
    .lineage(place.code)
    .slice(0, -1)
    .reverse()
    .map(({ name }) => name)
  return around.length === 0 ? catalogue.pack.levels[place.level].one : around.join(', ')
}
