import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Row } from '../bench.ts'
import { ADMIN_KEY, call, inFolder, startChild } from '../child.ts'

const TASKS_PER_SECOND = 200

/** From "the provider is done" to "settled and the webhook has arrived", at a steady rate. */
export const lagRow: Row = ({ seconds }) =>
  inFolder(async (folder) => {
    const lags: number[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const at = Date.now()
        response.end()
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { output: { text: string } } }
        lags.push(at - Number(data.output.text)) // the provider wrote down when it was done
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo // it listens on TCP
    const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder, INSTANT_SLOTS: '100' })
    try {
      const body = JSON.stringify({
        model: 'suno',
        task_type: 'lyrics',
        input: { prompt: 'a lighthouse keeper' },
        config: { webhook_config: { endpoint: `http://127.0.0.1:${port}/`, secret: 's' } },
      })
      const send = (): Promise<object> =>
        call<object>(`${gateway.url}/api/v1/task`, { method: 'POST', headers: { 'x-api-key': ADMIN_KEY }, body })
      await paced(TASKS_PER_SECOND, 2, send)
      await until(() => lags.length >= 2 * TASKS_PER_SECOND)
      lags.length = 0
      await paced(TASKS_PER_SECOND, seconds, send)
      await until(() => lags.length >= TASKS_PER_SECOND * seconds)
      lags.sort((a, b) => a - b)
      const at = (share: number): number =>
        lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? Number.NaN
      return [
        {
          what: `completion lag (provider done -> settled, webhook received) at ${TASKS_PER_SECOND} tasks/s, p99`,
          measured: `${at(0.99)} ms`,
          target: '<= 100 ms',
          reached: at(0.99) <= 100,
          details: { 'p50 ms': at(0.5), 'max ms': at(1), tasks: lags.length },
        },
      ]
    } finally {
      await gateway.stop()
      server.close()
      server.closeAllConnections()
    }
  })

/** `rate` calls a second, begun evenly whether or not the earlier ones are answered. */
async function paced(rate: number, seconds: number, send: () => Promise<object>): Promise<void> {
  const begun: Promise<object>[] = []
  const start = performance.now()
  for (let index = 0; index < rate * seconds; index++) {
    const waitMs = start + (1_000 * index) / rate - performance.now()
    if (waitMs > 0) await new Promise((wake) => setTimeout(wake, waitMs))
    const sent = send()
    sent.catch(() => undefined) // one that fails before the last is begun is told by what follows
    begun.push(sent)
  }
  await Promise.all(begun)
}

async function until(enough: () => boolean): Promise<void> {
  const end = Date.now() + 30_000
  while (!enough()) {
    if (Date.now() > end) throw new Error('Webhooks are missing after 30 s.')
    await new Promise((wake) => setTimeout(wake, 20))
  }
}
