import './about.css'
import { useEffect, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { formatFingerprint } from '../../../app/contracts/manifest.ts'
import { useDesk } from '../../data/desk-context.ts'
import { useData } from '../../state/data-store.ts'
import { useSession } from '../../state/session-store.ts'
import { useView } from '../../state/view-store.ts'

export function AboutDialog() {
  const open = useView(state => state.aboutOpen)
  const show = useView(state => state.show)
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen={open}
      onOpenChange={aboutOpen => show({ aboutOpen })}
    >
      <Modal className="about">
        <Dialog className="about-dialog">
          <AboutScout close={() => show({ aboutOpen: false })} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function AboutScout({ close }: { close: () => void }) {
  const { host } = useDesk()
  const pack = useData(state => state.catalogue?.pack)
  const active = useData(state => state.active)
  const profile = useSession(state => state.profile)
  const [version, setVersion] = useState('')
  useEffect(() => {
    host.info().then(
      info => setVersion(info.version),
      () => setVersion(''),
    )
  }, [host])
  return (
    <>
      <Heading slot="title">Scout {version}</Heading>
      <p className="soft">Sales on the map, with or without a network.</p>
      <dl>
        {pack === undefined ? null : (
          <>
            <dt>Boundaries and places</dt>
            <dd>
              {pack.attribution} Vintage: {pack.vintage}.
            </dd>
          </>
        )}
        <dt>Data</dt>
        <dd>
          {active === null
            ? 'Nothing on this laptop yet.'
            : active.datasets.map(({ datasetId, version: number }) => `${datasetId} ${number}`).join(', ')}
          {active?.sample ? '. These sales are synthetic sample data.' : ''}
        </dd>
        {profile === null ? null : (
          <>
            <dt>Root of trust</dt>
            <dd className="fingerprint figure">{formatFingerprint(profile.root_sha256)}</dd>
          </>
        )}
        <dt>Map drawing</dt>
        <dd>MapLibre GL JS (BSD 3-Clause). Type: Inter (SIL Open Font Licence). Scout is MIT-licensed.</dd>
        <dt>Keys</dt>
        <dd>
          / finds a place. Ctrl or ⌘ Z undoes. Esc backs out. T shows the table. Arrow keys walk the map and
          move the period.
        </dd>
      </dl>
      <Button className="button" onPress={close}>
        Close
      </Button>
    </>
  )
}
