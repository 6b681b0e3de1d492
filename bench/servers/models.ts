import { type AddressInfo, createServer, type Socket } from 'node:net'

/**
 * A vendor of models that costs as little as it can, so that what stands before it is measured: it finds the end of each
 * request on the bare socket, and sends bytes that were written beforehand. A body with `"stream":true` is answered by events; with
 * the model `slow`, one comes each second for as long as the client stays.
 */
const WORDS = 48
const SLOW_MS = 1_000

const usage = {
  prompt_tokens: 24,
  completion_tokens: WORDS,
  total_tokens: 24 + WORDS,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
}
const common = { id: 'chatcmpl-0123456789abcdef', created: 1_760_000_000, model: 'gpt-5-mini' }

const message = { role: 'assistant', content: 'rain '.repeat(WORDS), refusal: null, annotations: [] }
const WHOLE = answerOf(
  JSON.stringify({
    ...common,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage,
  }),
)

const chunk = (choices: object[], rest: object = {}): string =>
  `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...rest })}\n\n`
const word = chunk([{ index: 0, delta: { content: 'rain ' }, finish_reason: null }])
const HEAD = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n')
const EVENTS = [
  ...Array.from({ length: WORDS }, () => word),
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  chunk([], { usage }),
  'data: [DONE]\n\n',
]
/** In pieces of some events, as they arrive over a network. */
const STREAM = Buffer.concat([HEAD, ...EVENTS.map(piece), Buffer.from('0\r\n\r\n')])
const SLOW = piece(word)

function answerOf(body: string): Buffer {
  const length = Buffer.byteLength(body)
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`)
}

function piece(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** How many bytes the request at the beginning of these has; undefined while its head is not whole. */
function lengthOf(bytes: Buffer): { head: number; whole: number } | undefined {
  const end = bytes.indexOf(HEAD_END)
  if (end === -1) return undefined
  const head = end + HEAD_END.length
  const [, length = '0'] = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head)) ?? []
  return { head, whole: head + Number(length) }
}

function answer(socket: Socket, body: Buffer): void {
  if (!/"stream":\s*true/.test(body.toString('latin1'))) socket.write(WHOLE)
  else if (body.includes('"slow"')) answerSlowly(socket)
  else socket.write(STREAM)
}

function answerSlowly(socket: Socket): void {
  socket.write(HEAD)
  const timer = setInterval(() => socket.write(SLOW), SLOW_MS)
  socket.once('close', () => clearInterval(timer))
}

const server = createServer({ noDelay: true }, (socket) => {
  let bytes: Buffer = Buffer.alloc(0)
  socket.on('error', () => socket.destroy()) // a client that has left
  socket.on('data', (more: Buffer) => {
    bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more])
    for (let size = lengthOf(bytes); size && size.whole <= bytes.length; size = lengthOf(bytes)) {
      answer(socket, bytes.subarray(size.head, size.whole))
      bytes = bytes.subarray(size.whole)
    }
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // it listens on TCP
  process.stdout.write(`ready http://127.0.0.1:${port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
