import { createServer } from 'node:http'
import { Pool } from 'undici'

/**
 * The least that a gateway in Node.js can do for a call: take the request, send it on over kept connections, and pass the
 * answer's bytes back. No key, no route, no money, no log. `UPSTREAM` is the address of the vendor.
 */
const upstream = new Pool(process.env.UPSTREAM ?? '', { connections: 64 })
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    upstream.dispatch(
      {
        path: request.url ?? '/',
        method: 'POST',
        headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, headers) {
          response.writeHead(status, { 'content-type': String(headers['content-type']) })
        },
        onResponseData(_controller, chunk) {
          response.write(chunk)
        },
        onResponseEnd() {
          response.end()
        },
        onResponseError(_controller, error) {
          response.destroy(error)
        },
      },
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`ready http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`)
})
process.on('SIGTERM', () => process.exit(0))
