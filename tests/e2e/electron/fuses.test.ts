import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, it } from 'vitest'

/** What `npm run package -- --dir` makes on Linux. */
const packaged = join(import.meta.dirname, '../../../dist/packages/linux-unpacked/scout')
const missing = existsSync(packaged)
  ? ''
  : ' (skipped: nothing is packaged, `npm run package -- --dir` does it)'

it.skipIf(missing !== '')(`the packaged application has its fuses shut${missing}`, async () => {
  const wire = await getCurrentFuseWire(packaged)
  const shut = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ]
  const lit = [
    FuseV1Options.EnableCookieEncryption,
    FuseV1Options.OnlyLoadAppFromAsar,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  ]
  for (const fuse of shut)
    expect([FuseV1Options[fuse], wire[fuse]]).toEqual([FuseV1Options[fuse], FuseState.DISABLE])
  for (const fuse of lit)
    expect([FuseV1Options[fuse], wire[fuse]]).toEqual([FuseV1Options[fuse], FuseState.ENABLE])
})
