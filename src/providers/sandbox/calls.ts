import { Readable } from 'node:stream'
import type { StreamAnswer, StreamRequest } from '../../assets/vendor-stream.ts'
import type { Clock } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { CallEndpoint, CallSide } from '../provider.ts'
import { completionAnswer } from './completion-answer.ts'
import { embeddingsAnswer, geminiEmbeddings } from './embedding-answer.ts'
import { sandboxLanguageModel } from './language-model.ts'
import { moderationAnswer } from './moderation-answer.ts'
import { countIn } from './tokens.ts'
import { transcriptAnswer } from './transcript-answer.ts'

/** As at Google: https://ai.google.dev/api/embeddings. */
const MAX_REQUESTS = 100

/** What test keys get from the endpoints that are not translated: for each, how a body of JSON is answered. */
const ANSWERS: Partial<
  Record<CallEndpoint, (body: JsonObject, model: string, now: number) => Answer | Promise<Answer>>
> = {
  completions: completionAnswer,
  embeddings: embeddingsAnswer,
  moderations: moderationAnswer,
  // https://docs.anthropic.com/en/api/messages-count-tokens
  'messages/count_tokens': ({ system, messages, tools }) => ({
    json: { input_tokens: countIn([system, messages, tools]) },
  }),
  // https://platform.openai.com/docs/api-reference/responses/input-tokens
  'responses/input_tokens': ({ instructions, input, tools }) => ({
    json: { object: 'response.input_tokens', input_tokens: countIn([instructions, input, tools]) },
  }),
  countTokens: countedForGemini,
  embedContent: (body, model) => {
    const [embedding = {}] = geminiEmbeddings([body], model)
    return { json: { embedding } }
  },
  batchEmbedContents: ({ requests }, model) => {
    const each = Array.isArray(requests) ? requests.filter(isJsonObject) : []
    if (each.length > MAX_REQUESTS) throw invalidInput('requests', `must have at most ${MAX_REQUESTS} elements`)
    return { json: { embeddings: geminiEmbeddings(each, model) } }
  },
}

const FORMS: ReadonlySet<CallEndpoint> = new Set(['audio/transcriptions', 'audio/translations'])

/** An answer as its vendor would write it. */
export type Answer = { json: JsonObject } | { text: string } | { events: AsyncIterable<string> | Iterable<string> }

const SCHEME = 'sandbox:'

/** How the sandbox answers, in each vendor's format and without a network, what is not translated. */
export function sandboxCalls(clock: Clock): CallSide {
  return {
    models: ['*'],
    isUnpriced: true,
    apiOf: () => 'openai-chat',
    urlOf: (endpoint, model) =>
      ANSWERS[endpoint] || FORMS.has(endpoint) ? `${SCHEME}${endpoint}/${encodeURIComponent(model)}` : undefined,
    headersOf: () => ({}),
    send: (url, request) => answerInProcess(url, request, clock.now()),
    loadModel: async ({ model }) => sandboxLanguageModel(model),
  }
}

async function answerInProcess(url: string, { headers, body = '' }: StreamRequest, now: number): Promise<StreamAnswer> {
  const { endpoint, model } = placeOf(url)
  const answer = FORMS.has(endpoint)
    ? await transcriptAnswer(await formOf(headers, body), { isTranslated: endpoint === 'audio/translations' })
    : await ANSWERS[endpoint]?.(jsonOf(body), model, now)
  if (!answer) throw new PolyphonyError('not_found', `The sandbox does not answer ${endpoint}.`)
  const [type, content] =
    'json' in answer
      ? ['application/json', [JSON.stringify(answer.json)]]
      : 'text' in answer
        ? ['text/plain; charset=utf-8', [answer.text]]
        : ['text/event-stream', answer.events]
  return {
    statusCode: 200,
    headers: { 'content-type': type },
    body: Readable.from(bytesOf(content), { objectMode: false }),
  }
}

function placeOf(url: string): { endpoint: CallEndpoint; model: string } {
  const [path = ''] = url.slice(SCHEME.length).split('?', 1)
  const at = path.lastIndexOf('/')
  return { endpoint: path.slice(0, at) as CallEndpoint, model: decodeURIComponent(path.slice(at + 1)) } // as `urlOf` wrote it
}

async function* bytesOf(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  for await (const text of texts) yield Buffer.from(text)
}

function jsonOf(body: string | Uint8Array): JsonObject {
  const json = JSON.parse(Buffer.from(body).toString()) as Json // the route has read it
  return isJsonObject(json) ? json : {}
}

function formOf(headers: Record<string, string>, body: string | Uint8Array): Promise<FormData> {
  return new Response(Buffer.from(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData()
}

/** https://ai.google.dev/api/tokens */
function countedForGemini({ contents, generateContentRequest }: JsonObject): Answer {
  const whole: JsonObject = isJsonObject(generateContentRequest)
    ? generateContentRequest
    : { contents: contents ?? null }
  const totalTokens = countIn([whole.systemInstruction, whole.contents, whole.tools])
  return { json: { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] } }
}
