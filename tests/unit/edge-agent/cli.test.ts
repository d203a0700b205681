import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ScoutError, toWireError } from '../../../app/errors.ts'
import { eventually, testServer } from './support/agent.ts'
import { temporaryHome } from './support/home.ts'
import { posText } from './support/sales.ts'

const CLI = fileURLToPath(new URL('../../../edge-agent/cli.ts', import.meta.url))

interface Ran {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

function run(home: string, ...args: string[]): Promise<Ran> {
  return new Promise(resolve => {
    const env = { ...process.env, SCOUT_AGENT_HOME: home }
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? null) : 0, stdout, stderr })
    })
  })
}

describe('the command line', () => {
  it('enrols, takes in the folder, sends, and shows what was rejected', { timeout: 30_000 }, async () => {
    const server = await testServer()
    const home = temporaryHome()
    mkdirSync(join(home, 'inbox'))
    writeFileSync(join(home, 'inbox', 'day.jsonl'), `${posText(1)}\nnonsense\n${posText(2)}\n`)

    const claim = server.claim()
    const enrolled = await run(
      home,
      'enrol',
      '--server',
      server.url,
      '--claim',
      claim,
      '--name',
      'Aling Nena',
    )
    expect(enrolled).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Enrolled at http://127.0.0.1'),
    })
    const once = await run(home, 'run', '--once', '--json')
    expect(once.code).toBe(0)
    expect(JSON.parse(once.stdout)).toMatchObject({
      sales: 2,
      rejected: 1,
      sent: 2,
      waiting: 0,
      filesDone: 1,
    })
    expect(server.stored.size).toBe(2)

    const status = await run(home, 'status')
    expect(status.stdout).toContain('not running')
    expect(status.stdout).toContain('folder:day.jsonl:2  sale_malformed')
    expect(JSON.parse((await run(home, 'status', '--json')).stdout)).toMatchObject({
      enrolment: { device_id: 'device-1' },
      rejected: 1,
      newest_rejections: [{ raw: 'nonsense' }],
    })
    for (const { stdout, stderr } of [enrolled, once, status]) {
      expect(stdout + stderr).not.toContain(claim)
      expect(stdout + stderr).not.toContain('PRIVATE')
    }
  })

  it('ends with a status that says what is wrong', { timeout: 30_000 }, async () => {
    const server = await testServer()
    const home = temporaryHome()
    const enrol = (...more: string[]) =>
      run(home, 'enrol', '--server', server.url, '--name', 'x', '--claim', ...more)
    await expect(run(home, 'frobnicate')).resolves.toMatchObject({ code: 2 })
    await expect(run(home, 'run', '--port', 'many')).resolves.toMatchObject({ code: 2 })
    await expect(run(home, '--help')).resolves.toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Exit status'),
    })
    await expect(run(home, 'run', '--once')).resolves.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('edge-agent enrol'),
    })
    const refused = await enrol('claim-unknown', '--json')
    expect(refused.code).toBe(5)
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'claim_unknown', retryable: false })
    await server.goAway()
    await expect(enrol('claim-unknown')).resolves.toMatchObject({ code: 75 })
  })

  it('shows what a message points at, and why it failed itself', async () => {
    const home = temporaryHome()
    writeFileSync(join(home, 'a-file'), '')
    expect(await run(join(home, 'a-file'), 'run', '--once')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'Something went wrong inside Scout. It was written to the log. ENOTDIR',
      ),
    })
    const details = { fields: [{ field: 'name', message: 'Too small' }] }
    const refusal = createServer((_request, response) => {
      response.statusCode = 400
      response.end(JSON.stringify(toWireError(new ScoutError('request_invalid', { details }))))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void refusal.close())
    await once(refusal, 'listening')
    const address = refusal.address()
    const port = typeof address === 'object' ? address?.port : 0
    const enrol = ['enrol', '--server', `http://127.0.0.1:${port}`, '--claim', 'ABCD-EFGH', '--name', '']
    expect(await run(temporaryHome(), ...enrol)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('"field": "name"'),
    })
  })

  it('runs until it is asked to stop, says where it listens, and lets no second one in', {
    timeout: 30_000,
  }, async () => {
    const server = await testServer()
    const home = temporaryHome()
    await run(home, 'enrol', '--server', server.url, '--claim', server.claim(), '--name', 'x')
    const agent = spawn(process.execPath, [CLI, 'run', '--home', home, '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void agent.kill('SIGKILL'))
    const [line] = await once(agent.stdout, 'data')
    const { intake, folder } = JSON.parse(String(line))
    expect(folder).toBe(join(home, 'inbox'))

    writeFileSync(join(folder, 'one.json'), posText('folder'))
    const headers = { 'content-type': 'application/json' }
    const posted = await fetch(`${intake}/v1/sales`, { method: 'POST', body: posText('http'), headers })
    expect(posted.status).toBe(201)
    await eventually(() => expect(server.stored.size).toBe(2))

    await expect(run(home, 'run', '--port', '0')).resolves.toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Another agent'),
    })
    expect((await run(home, 'status')).stdout).toContain(', running')

    agent.kill('SIGTERM')
    await expect(once(agent, 'exit')).resolves.toEqual([0, null])
  })
})
