import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServerProcess, serve } from '../support/server-process.ts'

const REQUESTS = 40

/** Makes the real command throw where nothing catches. */
const THROWS = "process.on('SIGUSR2', () => { throw new Error('a fault that nothing catches') })"

describe('the log of a server that ends', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'polyphony-last-lines-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGUSR2', 1],
  ] as const)('has a line for every answer that was sent before %s', async (signal, code) => {
    const env = { DATA_DIR: dataDir, PORT: '0', NODE_OPTIONS: `--import=data:text/javascript,${encodeURI(THROWS)}` }
    const server = await serve({ env })
    const ids = await answered(server)
    server.signal(signal)
    expect(await server.ended).toBe(code)
    const { stdout, stderr } = server.output()
    const logged = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'request')
      .map(({ requestId }) => requestId)
    expect(logged.toSorted()).toEqual(ids.toSorted())
    expect(stderr.includes('a fault that nothing catches')).toBe(signal === 'SIGUSR2')
  })

  it('has its first lines at once, and those of a busy moment soon after', async () => {
    await using server = await serve({ env: { DATA_DIR: dataDir, PORT: '0' } })
    const ids = await answered(server)
    await server.written(new RegExp(`"requestId":"${ids.at(-1)}"`))
    expect(server.output().stdout.match(/"msg":"request"/g)).toHaveLength(REQUESTS)
  })
})

async function answered({ url }: ServerProcess): Promise<string[]> {
  const ids = Array.from({ length: REQUESTS }, (_, index) => `request-${index}`)
  await Promise.all(
    ids.map(async (id) => {
      const answer = await fetch(`${url}/api/status`, { headers: { 'x-request-id': id } })
      await answer.text()
    }),
  )
  return ids
}
