import { Readable } from 'node:stream'

/** A longer last event is not looked at. */
const MAX_TAIL_BYTES = 2 ** 20

const BLANK_LINE = Buffer.from('\n\n')

/**
 * The bytes of a server-sent stream for a reader that drops an event without a blank line behind it, as the specification has
 * it. Some servers end their streams without one: where the last event is whole by its JSON, it gets one here.
 */
export function withLastEvent(body: Readable): ReadableStream {
  const reader = (Readable.toWeb(body) as ReadableStream<Uint8Array>).getReader() // Node's type of the same
  let tail: Uint8Array[] = []
  let tailBytes = 0
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (!done) {
        if (endsEvent(value)) tail = []
        tailBytes = tail.length === 0 ? 0 : tailBytes
        if (tailBytes <= MAX_TAIL_BYTES) tail.push(value)
        tailBytes += value.byteLength
        controller.enqueue(value)
        return
      }
      if (tailBytes <= MAX_TAIL_BYTES && isWholeEvent(Buffer.concat(tail).toString())) controller.enqueue(BLANK_LINE)
      controller.close()
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Whether an event ends in a chunk: what came before it is not needed then. */
function endsEvent(chunk: Uint8Array): boolean {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return bytes.includes('\n\n') || bytes.includes('\r\n\r\n')
}

/** Whether the text ends in an event without a blank line, whose data are whole. */
function isWholeEvent(text: string): boolean {
  const [event = ''] = text.split(/\r?\n\r?\n/).slice(-1)
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'))
  const data = lines.map((line) => line.slice('data:'.length)).join('\n')
  if (data.trim() === '') return false
  return data.trim() === '[DONE]' || isJson(data)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // it was cut off, or never JSON
  }
}
