import { ScoutError } from '../../app/errors.ts'
import { type Agent, createAgent } from '../agent.ts'
import { requestRotation } from '../rotation-request.ts'
import { type Enrolment, IdentityStore } from '../uplink/identity.ts'

/** Changes the key of the agent of this home, by itself or by asking the one that runs. Gives the enrolment after it. */
export async function rotate(home: string): Promise<Enrolment> {
  const agent = openUnlessRunning(home)
  if (agent === undefined) await requestRotation(home)
  else {
    try {
      await agent.rotateKey()
    } finally {
      await agent.stop()
    }
  }
  const enrolment = new IdentityStore(home).read()
  if (enrolment === undefined) throw new ScoutError('not_enrolled')
  return enrolment
}

function openUnlessRunning(home: string): Agent | undefined {
  try {
    return createAgent({ home })
  } catch (error) {
    if (error instanceof ScoutError && error.code === 'outbox_locked') return undefined
    throw error
  }
}
