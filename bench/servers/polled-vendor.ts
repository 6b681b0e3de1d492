import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A vendor that is polled. `POST /begin?over=MS` makes all generations end within that time, evenly spread.
 * A generation states when it ended, so that the delay until it is seen can be measured.
 */
let made = 0
let begunAt = Number.POSITIVE_INFINITY
let overMs = 0

const server = createServer((request, response) => {
  request.resume()
  const url = new URL(request.url ?? '/', 'http://vendor')
  const json = (value: unknown): void => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
  if (url.pathname === '/begin') {
    overMs = Number(url.searchParams.get('over'))
    begunAt = Date.now()
    return json({})
  }
  if (url.pathname === '/made') return json({ made })
  if (request.method === 'POST') return json({ id: made++ })
  const doneAt = begunAt + (overMs * Number(url.pathname.slice('/generations/'.length))) / Math.max(1, made)
  return json({ doneAt: doneAt <= Date.now() ? doneAt : null })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // it listens on TCP
  process.stdout.write(`ready http://127.0.0.1:${port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
