import { ApiError, addressOf, call, errorIn, modeHeader, reach } from './client.ts'

/** What a message is made of, as the Chat Completions API has it. */
export type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } }

export interface ChatBody {
  model: string
  messages: { role: 'system' | 'user' | 'assistant'; content: string | Part[] }[]
  temperature?: number
  max_tokens?: number
}

export const CHAT_PATH = '/v1/chat/completions'

/** A piece of an answer: its words, or what the model reasons before them. */
export interface Delta {
  text: string
  reasoning: string
}

/** Asks a model; `onDelta` gets the answer as it comes. Returns the id of the request, by which its record is known. */
export async function streamChat(
  body: ChatBody,
  { signal, onStart, onDelta }: { signal: AbortSignal; onStart(requestId: string): void; onDelta(delta: Delta): void },
): Promise<void> {
  const response = await reach(addressOf(CHAT_PATH, {}), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...modeHeader() },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
    signal,
  })
  onStart(response.headers.get('x-request-id') ?? '')
  if (!response.ok || !response.body) throw errorIn(response, await response.text())
  for await (const data of eventsIn(response.body)) {
    if (data === '[DONE]') return
    const event = JSON.parse(data) as ChatEvent // as the API has it
    if (event.error) throw new ApiError(response.status, String(event.error.code ?? ''), event.error.message ?? '')
    const { content, reasoning_content: reasoning } = event.choices?.[0]?.delta ?? {}
    if (content || reasoning) onDelta({ text: content ?? '', reasoning: reasoning ?? '' })
  }
}

interface ChatEvent {
  error?: { code?: string | null; message?: string }
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null } }[]
}

/** The data of server-sent events, each of which is one line here. */
async function* eventsIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length).trim()
  }
}

export type CallRecord = Awaited<ReturnType<typeof call<'GET /api/v1/calls'>>>['items'][number]

const TRIES = 8
const PAUSE_MS = 250

/** The record of a call, which is written some times a second; undefined if it does not come in two seconds. */
export async function recordOf(requestId: string, model: string, since: number): Promise<CallRecord | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    await new Promise((done) => setTimeout(done, PAUSE_MS))
    // A minute before, since the clock of the gateway is another one.
    const from = new Date(since - 60_000).toISOString()
    const { items } = await call('GET /api/v1/calls', { query: { model, from, limit: 100 } })
    const found = items.find(({ request_id }) => request_id === requestId)
    if (found) return found
  }
  return undefined
}
