import { type App, type Session, shell, type WebContents } from 'electron'
import { isAppUrl } from '../origin.ts'
import { mayLoad, mayOpenOutside, maySave, mayUse } from '../security.ts'

/** Applies `security.ts` to the page's session: permissions, devices, the network, downloads. */
export function lockSession(session: Session): void {
  session.setPermissionCheckHandler((_contents, permission, origin) => mayUse(permission, origin))
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(mayUse(permission, details.requestingUrl))
  })
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }))
  session.on('will-download', (event, item) => {
    // Electron asks where to, as long as no path is set here.
    if (!maySave(item.getURL())) event.preventDefault()
  })
}

/** Applies to whatever shows a page, also to what should never come to be. */
export function lockContents(app: App): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenOutside(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
    contents.on('will-frame-navigate', event => {
      if (!isAppUrl(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', event => {
      if (!isAppUrl(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.on('select-bluetooth-device', (event, _devices, answer) => {
      event.preventDefault()
      answer('')
    })
    silenceWebRtc(contents)
  })
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault()
    answer(false)
  })
  app.on('select-client-certificate', (event, _contents, _url, _certificates, answer) => {
    event.preventDefault()
    answer()
  })
}

/** Peer connections are no requests: the session's network lock does not see them. */
function silenceWebRtc(contents: WebContents): void {
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}
