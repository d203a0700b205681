import { type DeviceKeyRequest, deviceKeyResponse } from '../../app/contracts/device.ts'
import { PATHS } from '../../app/contracts/http.ts'
import { canonicalJson } from '../../app/domain/canonical-json.ts'
import { signBytes } from './device-key.ts'
import type { DeviceToken } from './device-token.ts'
import type { KeyRing } from './key-ring.ts'
import type { ServerClient } from './server-client.ts'

/**
 * Gives this device a new key: makes it, announces it, takes it up, uses it.
 *
 * It may be cut off anywhere, by a lost answer or a pulled plug. Before the server answered, the old key goes on and the next try announces
 * the same new one; after, the new one is on disk as this device's own before it is first used.
 *
 * @throws ServerFailure, ScoutError `cancelled`
 */
export async function rotateKey(
  client: ServerClient,
  token: DeviceToken,
  ring: KeyRing,
  signal?: AbortSignal,
): Promise<void> {
  // First: it may find out that the present key is not the one the server knows.
  const access = await token.get(signal)
  const next = ring.nextKey()
  const announced = {
    device_id: ring.identity.device_id,
    previous_key: ring.key.publicKey,
    public_key: next.publicKey,
  }
  const text = Buffer.from(canonicalJson(announced))
  const body: DeviceKeyRequest = {
    ...announced,
    signature: signBytes(ring.key, text),
    new_signature: signBytes(next, text),
  }
  const { server_time } = await client.post({
    path: PATHS.deviceKey,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${access}` },
    body: JSON.stringify(body),
    answer: deviceKeyResponse,
    signal,
  })
  ring.adoptNext(new Date(server_time))
  token.forget()
  await token.get(signal)
}
