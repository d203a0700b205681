import './top-bar.css'
import {
  ChevronRight,
  Map as MapIcon,
  Monitor,
  Moon,
  PanelLeft,
  Search,
  Sun,
  Table2,
  UserRound,
} from 'lucide-react'
import {
  Button,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  Separator,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components'
import { useDesk } from '../data/desk-context.ts'
import { useData } from '../state/data-store.ts'
import { gazetteerOf } from '../state/gazetteer.ts'
import { goHome, goToPlace } from '../state/navigation.ts'
import { useSelection } from '../state/selection-store.ts'
import { useSession } from '../state/session-store.ts'
import { THEME_CHOICES, type ThemeChoice, useTheme } from '../state/theme-store.ts'
import { useView } from '../state/view-store.ts'

const MODIFIER = /mac/i.test(navigator.userAgent) ? '⌘' : 'Ctrl'

export function TopBar() {
  const show = useView(state => state.show)
  const panelOpen = useView(state => state.panelOpen)
  return (
    <header className="top-bar">
      <button type="button" className="skip-link" onClick={() => show({ view: 'table' })}>
        Places as a table
      </button>
      <Button
        className="icon-button"
        aria-label={panelOpen ? 'Hide the question' : 'Show the question'}
        aria-expanded={panelOpen}
        onPress={() => show({ panelOpen: !panelOpen })}
      >
        <PanelLeft size={17} aria-hidden />
      </Button>
      <span className="wordmark">Scout</span>
      <Breadcrumb />
      <Button className="search-button" onPress={() => show({ searchOpen: true })}>
        <Search size={15} aria-hidden />
        <span>Find a place</span>
        <kbd>{MODIFIER} K</kbd>
      </Button>
      <ViewSwitch />
      <ThemeMenu />
      <AccountMenu />
    </header>
  )
}

function Breadcrumb() {
  const catalogue = useData(state => state.catalogue)
  const question = useSelection(state => state.question)
  if (catalogue === null) return <nav className="breadcrumb" />
  const lineage = gazetteerOf(catalogue).lineage(question.picked ?? question.within)
  return (
    <nav className="breadcrumb" aria-label="Where">
      <ol>
        <li>
          <Button className="crumb" isDisabled={lineage.length === 0} onPress={goHome}>
            {catalogue.pack.title}
          </Button>
        </li>
        {lineage.map((place, i) => (
          <li key={place.code}>
            <ChevronRight size={14} aria-hidden />
            <Button
              className="crumb"
              isDisabled={i === lineage.length - 1}
              aria-current={i === lineage.length - 1 ? 'location' : undefined}
              onPress={() => goToPlace(place)}
            >
              {place.name}
            </Button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function ViewSwitch() {
  const view = useView(state => state.view)
  const show = useView(state => state.show)
  return (
    <ToggleButtonGroup
      className="segments"
      aria-label="View"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[view]}
      onSelectionChange={keys => show({ view: keys.has('table') ? 'table' : 'map' })}
    >
      <ToggleButton id="map" className="segment">
        <MapIcon size={15} aria-hidden /> Map
      </ToggleButton>
      <ToggleButton id="table" className="segment">
        <Table2 size={15} aria-hidden /> Table
      </ToggleButton>
    </ToggleButtonGroup>
  )
}

const THEME_NAMES: Readonly<Record<ThemeChoice, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
}

function ThemeMenu() {
  const { choice, theme, choose } = useTheme()
  return (
    <MenuTrigger>
      <Button className="icon-button" aria-label="Appearance">
        {choice === 'system' ? (
          <Monitor size={17} aria-hidden />
        ) : theme === 'dark' ? (
          <Moon size={17} aria-hidden />
        ) : (
          <Sun size={17} aria-hidden />
        )}
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu
          className="menu"
          aria-label="Appearance"
          selectionMode="single"
          selectedKeys={[choice]}
          onAction={key => choose(THEME_CHOICES.find(known => known === key) ?? 'system')}
        >
          {THEME_CHOICES.map(known => (
            <MenuItem key={known} id={known} className="menu-item">
              {THEME_NAMES[known]}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

function AccountMenu() {
  const desk = useDesk()
  const show = useView(state => state.show)
  const profile = useSession(state => state.profile)
  const act = (key: string | number) => {
    if (key === 'about') show({ aboutOpen: true })
    else if (key === 'sync') void desk.sync()
    else if (key === 'log-out') void desk.logOut()
  }
  return (
    <MenuTrigger>
      <Button className="icon-button" aria-label="You and Scout">
        <UserRound size={17} aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom end">
        {profile === null ? null : (
          <div className="account">
            <strong>{profile.name}</strong>
            <span className="soft">
              {profile.tenant_name}, {profile.role}
            </span>
          </div>
        )}
        <Menu className="menu" aria-label="You and Scout" onAction={act}>
          <MenuItem id="sync" className="menu-item">
            Look for new data
          </MenuItem>
          <MenuItem id="about" className="menu-item">
            About Scout
          </MenuItem>
          <Separator className="menu-line" />
          <MenuItem id="log-out" className="menu-item">
            Log out and remove data
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
