import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching'

/**
 * Keeps the application itself, so that it opens with the server gone. Never `/v1`: data lies in the store, signed, and a
 * cached answer of the API would be neither.
 */
interface ServiceWorkerScope extends EventTarget {
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
}
interface LifetimeEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface RequestEvent extends LifetimeEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

declare const self: ServiceWorkerScope & { __WB_MANIFEST: Array<PrecacheEntry | string> }

const scope = self
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const openApplication = createHandlerBoundToURL('/index.html')

scope.addEventListener('install', event => (event as LifetimeEvent).waitUntil(scope.skipWaiting()))
scope.addEventListener('activate', event => (event as LifetimeEvent).waitUntil(scope.clients.claim()))
scope.addEventListener('fetch', event => {
  const navigation = event as RequestEvent
  const { request } = navigation
  const { pathname } = new URL(request.url)
  if (request.mode !== 'navigate' || pathname.startsWith('/v1') || pathname.startsWith('/docs')) return
  navigation.respondWith(openApplication({ request, event: navigation, url: new URL(request.url) }))
})
