import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Row } from '../bench.ts'
import { ADMIN_KEY, call, inFolder, startChild } from '../child.ts'
import { residentMb } from '../resident.ts'
import { POLL_MS } from '../servers/polled-provider.ts'

const TASKS = 10_000
const SENDERS = 64
/** The time over which the vendor ends all of them. */
const OVER_MS = 30_000
const PATIENCE_MS = 180_000

/** Ten thousand tasks at one vendor that is polled over HTTP: how late their ends are seen, and how much memory they take. */
export const inFlightRow: Row = () =>
  inFolder(async (folder) => {
    const lags: number[] = []
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        response.end()
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as {
          data: { status: string; output: { text: string } | null; meta: { ended_at: string } }
        }
        if (data.status === 'completed') lags.push(Date.parse(data.meta.ended_at) - Number(data.output?.text))
      })
    })
    await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready))
    const { port } = receiver.address() as AddressInfo // it listens on TCP
    const vendor = await startChild('./servers/polled-vendor.ts')
    const gateway = await startChild('./servers/gateway.ts', {
      DATA_DIR: folder,
      INSTANT_SLOTS: String(TASKS),
      POLLED_VENDOR: vendor.url,
    })
    try {
      await submit(gateway.url, 100, port)
      const before = residentMb(gateway.process.pid)
      await submit(gateway.url, TASKS - 100, port)
      await until(async () => (await madeAt(vendor.url)) >= TASKS, 'The tasks did not all begin')
      // One round of polls with everything in flight.
      let most = 0
      for (const end = Date.now() + POLL_MS; Date.now() < end; ) {
        most = Math.max(most, residentMb(gateway.process.pid))
        await new Promise((wake) => setTimeout(wake, 250))
      }
      await call(`${vendor.url}/begin?over=${OVER_MS}`, { method: 'POST' })
      await until(async () => lags.length >= TASKS, 'Ends are missing')
      lags.sort((a, b) => a - b)
      const at = (share: number): number =>
        lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? Number.NaN
      const late = at(0.99) - POLL_MS
      return [
        {
          what: `${TASKS} tasks in flight at one polled vendor: lag p99 beyond the poll interval of ${POLL_MS / 1_000} s`,
          measured: `${late.toFixed(0)} ms`,
          target: '<= 500 ms',
          reached: late <= 500,
          details: { 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1), tasks: lags.length },
        },
        {
          what: `memory growth with ${TASKS} tasks in flight`,
          measured: `${(most - before).toFixed(0)} MB`,
          target: '<= 100 MB',
          reached: most - before <= 100,
          details: { 'before MB': before.toFixed(0), 'most MB': most.toFixed(0) },
        },
      ]
    } finally {
      await gateway.stop()
      await vendor.stop()
      receiver.close()
      receiver.closeAllConnections()
    }
  })

async function submit(url: string, count: number, port: number): Promise<void> {
  const body = JSON.stringify({
    model: 'suno',
    task_type: 'lyrics',
    input: { prompt: 'a lighthouse keeper' },
    config: { webhook_config: { endpoint: `http://127.0.0.1:${port}/`, secret: 's' } },
  })
  let left = count
  const sender = async (): Promise<void> => {
    while (left-- > 0) await call(`${url}/api/v1/task`, { method: 'POST', headers: { 'x-api-key': ADMIN_KEY }, body })
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

async function madeAt(vendor: string): Promise<number> {
  return (await call<{ made: number }>(`${vendor}/made`)).made
}

async function until(enough: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!(await enough())) {
    if (Date.now() > end) throw new Error(`${what} after ${PATIENCE_MS / 1_000} s.`)
    await new Promise((wake) => setTimeout(wake, 100))
  }
}
