import { z } from 'zod'
import { PATHS } from '../../app/contracts/http.ts'
import {
  deadLetter,
  deadLetterQuery,
  deadLetterRequest,
  discardRequest,
  heldSale,
  heldSaleRequest,
  openedDeadLetter,
  openedHeldSale,
  quarantineQuery,
  releaseOutcome,
  releaseRequest,
  replayOutcome,
  replayRequest,
} from '../../app/contracts/ways-back.ts'
import { discardDeadLetters, listDeadLetters, showDeadLetter } from '../dead-letter/dead-letters.ts'
import { replayDeadLetters } from '../dead-letter/replay.ts'
import { ADMINISTRATORS, userOf } from '../plugins/access.ts'
import { listHeldSales, showHeldSale } from '../quarantine/held-sales.ts'
import { releaseHeldSales } from '../quarantine/release.ts'
import { BEARER, REFUSALS } from './error-responses.ts'
import type { App, RouteContext } from './route-context.ts'

const config = { access: ADMINISTRATORS }
const common = { tags: ['ingestion'], security: BEARER }

/** What ingestion refused, and what it holds back: an administrator looks at it, judges it again, or gives it up. */
export function waysBackRoutes(app: App, context: RouteContext): void {
  deadLetterRoutes(app, context)
  quarantineRoutes(app, context)
}

function deadLetterRoutes(app: App, { config: { now }, pool, jobs, personal }: RouteContext): void {
  app.get(
    PATHS.deadLetters,
    {
      config,
      schema: {
        ...common,
        querystring: deadLetterQuery,
        response: { 200: z.array(deadLetter), ...REFUSALS },
      },
    },
    request => {
      const { settled, ...filter } = request.query
      return listDeadLetters(pool, userOf(request).tenantId, { ...filter, settled: settled === 'true' })
    },
  )

  app.post(
    PATHS.deadLetterShow,
    {
      config,
      schema: { ...common, body: deadLetterRequest, response: { 200: openedDeadLetter, ...REFUSALS } },
    },
    async (request, reply) => {
      const { tenantId, userId } = userOf(request)
      const how = {
        id: request.body.dead_letter_id,
        actor: { kind: 'user', id: userId },
        now: now(),
      } as const
      return reply
        .header('cache-control', 'no-store')
        .send(await showDeadLetter(pool, tenantId, personal(), how))
    },
  )

  app.post(
    PATHS.deadLetterReplay,
    {
      config,
      schema: { ...common, body: replayRequest, response: { 200: z.array(replayOutcome), ...REFUSALS } },
    },
    async request => {
      const { tenantId, userId } = userOf(request)
      const { dead_letter_ids: ids, line } = request.body
      const actor = { kind: 'user', id: userId } as const
      const outcomes = await replayDeadLetters(pool, tenantId, personal(), { ids, line, actor, now })
      if (outcomes.some(({ outcome }) => outcome === 'stored')) jobs.scheduleTransform(tenantId)
      return outcomes
    },
  )

  app.post(
    PATHS.deadLetterDiscard,
    {
      config,
      schema: {
        ...common,
        body: discardRequest,
        response: { 200: z.object({ discarded: z.number().int() }), ...REFUSALS },
      },
    },
    async request => {
      const { tenantId, userId } = userOf(request)
      const { dead_letter_ids: ids, reason } = request.body
      const actor = { kind: 'user', id: userId } as const
      return { discarded: await discardDeadLetters(pool, tenantId, { ids, reason, actor, now: now() }) }
    },
  )
}

function quarantineRoutes(app: App, { config: { now }, pool, jobs }: RouteContext): void {
  app.get(
    PATHS.quarantine,
    {
      config,
      schema: { ...common, querystring: quarantineQuery, response: { 200: z.array(heldSale), ...REFUSALS } },
    },
    request => listHeldSales(pool, userOf(request).tenantId, request.query),
  )

  app.post(
    PATHS.quarantineShow,
    { config, schema: { ...common, body: heldSaleRequest, response: { 200: openedHeldSale, ...REFUSALS } } },
    request => showHeldSale(pool, userOf(request).tenantId, request.body.event_id),
  )

  app.post(
    PATHS.quarantineRelease,
    {
      config,
      schema: { ...common, body: releaseRequest, response: { 200: z.array(releaseOutcome), ...REFUSALS } },
    },
    async request => {
      const { tenantId, userId } = userOf(request)
      const { event_ids: eventIds, force_reason: forceReason } = request.body
      const actor = { kind: 'user', id: userId } as const
      const outcomes = await releaseHeldSales(pool, tenantId, { eventIds, forceReason, actor, now })
      if (outcomes.some(({ reasons }) => reasons.length === 0)) jobs.scheduleTransform(tenantId)
      return outcomes
    },
  )
}
