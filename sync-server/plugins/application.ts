import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ScoutError } from '../../app/errors.ts'
import { nothingThere } from './error-answers.ts'

/**
 * Serves the built application from the interface's own origin. Hashed assets never change; the page, its manifest and the service
 * worker are asked for again each time. Only a navigation falls back to the page: a missing script stays a 404.
 */
export async function application(app: FastifyInstance, appDir: string): Promise<void> {
  if (!existsSync(join(appDir, 'index.html'))) {
    throw new ScoutError('not_found', { message: `There is no built application in ${appDir}.` })
  }
  await app.register(fastifyStatic, {
    root: resolve(appDir),
    index: 'index.html',
    cacheControl: false,
    setHeaders: (response, path) => {
      response.header('cache-control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) =>
    isNavigation(request) ? page(reply) : nothingThere(request, reply),
  )
}

function page(reply: FastifyReply): FastifyReply {
  return reply.sendFile('index.html')
}

/** Vite's names: `index-BxK3f9aQ.js`. */
function isHashed(path: string): boolean {
  return /-[\w-]{8}\.\w+$/.test(basename(path)) && /[\\/]assets[\\/]/.test(path)
}

function isNavigation(request: FastifyRequest): boolean {
  return (
    request.method === 'GET' &&
    !request.url.startsWith('/v1/') &&
    !/\.\w+$/.test(request.url.split('?')[0] ?? '') &&
    (request.headers.accept?.includes('text/html') ?? false)
  )
}
