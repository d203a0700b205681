import { z } from 'zod'
import { BATCH_MEDIA_TYPE, BATCH_SIGNATURE_HEADER } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import type { EncodedBatch } from './batch.ts'
import type { DeviceToken } from './device-token.ts'
import type { ServerClient } from './server-client.ts'
import { ServerFailure } from './server-failure.ts'

/**
 * `batchResponse` of the contract, read leniently: an older agent must go on working when a newer server knows more
 * quarantine reasons or outcomes. An outcome that is not known here leaves its sale in the outbox.
 */
const answer = z.object({
  outcomes: z.array(
    z.object({
      seq: z.number(),
      outcome: z.string(),
      code: z.string().default('sale_invalid'),
      message: z.string().default('The server refused the sale.'),
    }),
  ),
  server_time: z.string(),
})
export type Outcome = z.infer<typeof answer>['outcomes'][number]

/** @throws ServerFailure, ScoutError `cancelled`. */
export async function sendBatch(
  client: ServerClient,
  token: DeviceToken,
  batch: EncodedBatch,
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  const post = async () => {
    const { outcomes } = await client.post({
      path: PATHS.batches,
      headers: {
        authorization: `Bearer ${await token.get(signal)}`,
        'content-type': BATCH_MEDIA_TYPE,
        'content-encoding': 'gzip',
        [BATCH_SIGNATURE_HEADER]: batch.signature,
      },
      body: batch.body,
      answer,
      signal,
    })
    return outcomes
  }
  try {
    return await post()
  } catch (error) {
    if (!(error instanceof ServerFailure) || !error.code.startsWith('token_')) throw error
    // Ended early: the server restarted with other keys, or this machine slept.
    token.forget()
    return await post()
  }
}
