import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startText } from '../../src/cli/start-reporter.ts'
import { startReport } from '../../src/compose/start-report.ts'
import { readConfig } from '../../src/config/config.ts'
import { openFakeLuma } from '../support/fake-luma.ts'
import { type ServerProcess, serve } from '../support/server-process.ts'

const KEY = 'sk-live-start-report-0123456789'

let dataDir: string
let env: Record<string, string>
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'polyphony-report-'))
  env = { DATA_DIR: dataDir, PORT: '0', POLYPHONY_ADMIN_KEY: KEY }
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const lineWith = async (server: ServerProcess, words: string) =>
  JSON.parse((await server.written(new RegExp(`^\\{.*"msg":"${words}.*\\}$`, 'm')))[0])

describe('what a start says', () => {
  it('a start names its address, documentation, database and folders in one line', async () => {
    await using server = await serve({ env })
    expect(await lineWith(server, 'polyphony serves')).toMatchObject({
      url: server.url,
      docs: `${server.url}/docs`,
      store: 'sqlite',
      database: `SQLite in ${dataDir}/polyphony.db`,
      dataDir,
      storage: `file://${dataDir}/files`,
    })
    expect((await fetch(`${server.url}/docs`)).status).toBe(200)
  })

  it('a start on a terminal is readable, and shows the database without its password', () => {
    const config = readConfig({
      DATA_DIR: dataDir,
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://polly:secret@db/shop?a=b',
    })
    const report = startReport(config, 'http://localhost:8080')
    const text = startText(report, [...report.warnings, 'LUMA_API_KEY is not read; was LUMAAI_API_KEY meant?'])
    expect(text).toMatch(/^ {2}address {8}http:\/\/localhost:8080$/m)
    expect(text).toMatch(/^ {2}documentation {2}http:\/\/localhost:8080\/docs$/m)
    expect(text).toMatch(/^ {2}database {7}PostgreSQL at polly@db\/shop$/m)
    expect(text).toMatch(/^ {2}warning {8}URLs in answers begin .* http:\/\/localhost:8080, .* set PUBLIC_URL/m)
    expect(text).toMatch(/^ {2}warning {8}LUMA_API_KEY is not read/m)
    expect(text).not.toContain('secret@')
  })

  it('a start warns of a wildcard address without PUBLIC_URL, and of misspelled variables', async () => {
    await using server = await serve({ env: { ...env, HOST: '0.0.0.0', LUMA_API_KEY: 'a', POLYPHONY_PRICE: '{}' } })
    await lineWith(
      server,
      'URLs in answers begin with the address of each request, but those in webhooks with http://localhost',
    )
    await lineWith(server, 'LUMA_API_KEY is not read; was LUMAAI_API_KEY meant')
    await lineWith(server, 'POLYPHONY_PRICE is not a setting; was POLYPHONY_PRICES meant')
  })

  it.each([
    ['the right key', 'works', 'the credential works'],
    ['a wrong key', 'refused', 'the vendor refuses the credential'],
  ])('a start asks the vendor about %s, and says that it %s', async (key, result, words) => {
    await using luma = await openFakeLuma('the right key')
    await using server = await serve({ env: { ...env, LUMAAI_API_KEY: key, LUMAAI_BASE_URL: luma.baseUrl } })
    const line = await lineWith(server, words)
    expect(line).toMatchObject({ account: 'env:luma', provider: 'luma', result })
    expect(JSON.stringify(line)).not.toContain(key)
  })

  it('a start does not wait for a vendor that does not answer, and neither does a stop', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await new Promise((ready) => silent.once('listening', ready))
    const { port } = silent.address() as { port: number } // it listens on TCP
    const startedAt = performance.now()
    const server = await serve({ env: { ...env, LUMAAI_API_KEY: 'a', LUMAAI_BASE_URL: `http://127.0.0.1:${port}` } })
    expect(await server.stop()).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(9_000)
    silent.close()
  })
})

describe('Ctrl-C', () => {
  /** The studio renders a song, in the process itself. */
  async function withTaskInHand(): Promise<ServerProcess> {
    const server = await serve({ env })
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' }
    const body = JSON.stringify({ model: 'suno', task_type: 'music', input: { gpt_description_prompt: 'rain' } })
    const created = await fetch(`${server.url}/api/v1/task`, { method: 'POST', headers, body })
    expect(created.status).toBe(200)
    const { data } = (await created.json()) as { data: { task_id: string } }
    await expect
      .poll(async () => {
        const answer = await fetch(`${server.url}/api/v1/task/${data.task_id}`, { headers })
        return ((await answer.json()) as { data: { status: string } }).data.status
      })
      .toBe('processing')
    return server
  }

  it('the first Ctrl-C says how many tasks are in hand and how long it waits, and the second ends it at once', async () => {
    const server = await withTaskInHand()
    server.signal('SIGINT')
    expect(await lineWith(server, 'stopping: 1 task in hand, at most 5 s')).toMatchObject({
      tasks: 1,
      atMostSeconds: 5,
    })
    const startedAt = performance.now()
    server.signal('SIGINT')
    expect(await server.ended).toBe(1)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })

  it('a signal during the start ends it in order as soon as it serves', async () => {
    const server = await serve({ env })
    server.signal('SIGTERM') // often before the command has seen that the start is over
    expect(await server.ended).toBe(0)
  })
})
