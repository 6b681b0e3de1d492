import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Figure, Row } from '../bench.ts'
import { ADMIN_KEY, call, inFolder, startChild } from '../child.ts'

const SECONDS = 40
const PER_SECOND = 4
const TARGET_MS = 1_000

interface Trouble {
  what: string
  hosts: number
  deliveriesPerHost: number
  hangs: boolean
}

const TROUBLES: Trouble[] = [
  { what: '10 hosts that hang, 200 deliveries each', hosts: 10, deliveriesPerHost: 200, hangs: true },
  { what: 'a host that hangs, 10,000 deliveries', hosts: 1, deliveriesPerHost: 10_000, hangs: true },
  { what: 'a host that refuses connections, 10,000 deliveries', hosts: 1, deliveriesPerHost: 10_000, hangs: false },
]

/** How soon a healthy receiver has its webhooks while others of the same tenant are dead, and what they cost in memory. */
export const webhooksRow: Row = async () => {
  const figures: Figure[] = []
  for (const trouble of TROUBLES) figures.push(await measure(trouble))
  return figures
}

const measure = ({ what, hosts, deliveriesPerHost, hangs }: Trouble): Promise<Figure> =>
  inFolder(async (folder) => {
    const lags: number[] = []
    const healthy = await listening((text) => {
      const { data } = JSON.parse(text) as { data: { output: { text: string } } }
      lags.push(Date.now() - Number(data.output.text)) // the provider wrote down when it was done
    })
    const dead = await Promise.all(Array.from({ length: hosts }, () => listening()))
    if (!hangs) for (const { server } of dead) server.close()
    await (await startChild('./servers/gateway.ts', { DATA_DIR: folder })).stop() // makes the tenant
    for (const { url } of dead) await plant(join(folder, 'polyphony.db'), url, deliveriesPerHost)
    const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder, INSTANT_SLOTS: '100' })
    try {
      const body = JSON.stringify({
        model: 'suno',
        task_type: 'lyrics',
        input: { prompt: 'a lighthouse keeper' },
        config: { webhook_config: { endpoint: healthy.url, secret: 's' } },
      })
      const before = residentMb(gateway.process.pid)
      let largest = before
      for (let index = 0; index < SECONDS * PER_SECOND; index++) {
        await call(`${gateway.url}/api/v1/task`, { method: 'POST', headers: { 'x-api-key': ADMIN_KEY }, body })
        await new Promise((wake) => setTimeout(wake, 1_000 / PER_SECOND))
        largest = Math.max(largest, residentMb(gateway.process.pid))
      }
      await new Promise((wake) => setTimeout(wake, 2 * TARGET_MS))
      const missing = SECONDS * PER_SECOND - lags.length
      lags.sort((a, b) => a - b)
      const at = (share: number): number =>
        lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? Number.NaN
      return {
        what: `webhooks of a healthy receiver beside ${what}, p99`,
        measured: `${at(0.99)} ms`,
        target: `<= ${TARGET_MS} ms`,
        reached: at(0.99) <= TARGET_MS && missing === 0,
        details: {
          'p50 ms': at(0.5),
          'max ms': at(1),
          missing,
          'attempts at the dead': dead.reduce((sum, { requests }) => sum + requests(), 0),
          'MB before': before.toFixed(0),
          'MB at most': largest.toFixed(0),
        },
      }
    } finally {
      for (const { server } of [healthy, ...dead]) {
        server.close()
        server.closeAllConnections()
      }
      await gateway.stop()
    }
  })

/** Without `onBody` it takes requests and never answers. */
async function listening(
  onBody?: (text: string) => void,
): Promise<{ server: Server; url: string; requests: () => number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (!onBody) return
      onBody(Buffer.concat(chunks).toString())
      response.end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { server, url: `http://127.0.0.1:${port}/`, requests: () => requests }
}

/** Deliveries as tasks leave them, of the first tenant. */
async function plant(path: string, url: string, count: number): Promise<void> {
  const store = await openSqlite({ path })
  const [tenant] = await store.listTenants({})
  if (!tenant) throw new Error('The gateway has made no tenant.')
  const deliveries = Array.from({ length: count }, () => ({ url, body: JSON.stringify({ data: {} }), headers: {} }))
  await store.addDeliveries({ taskId: 'planted', tenantId: tenant.id, deliveries, now: Date.now() })
  await store.close()
}

function residentMb(pid: number | undefined): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1_024
}
