import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { secondsOfRecording } from '../../assets/sound-length.ts'
import { parsed } from '../../calls/pass-through.ts'
import { unitsIn } from '../../calls/usage.ts'
import { mayUse } from '../../core/caller.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Usage } from '../../core/usage.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { answerCall, type CallRoute, callOptions, jsonOf, keepBodies } from '../kit/calls.ts'
import { describedBy, undocumented } from '../kit/described.ts'
import { streamTask } from '../kit/event-stream.ts'
import { refuseViewers, serve, submitTask } from '../kit/protocol.ts'
import { openaiRates, sendRates } from '../kit/rate-headers.ts'
import { finalErrors, RETRIED_CALLS } from '../kit/should-retry-header.ts'
import { errorBody as anthropicErrorBody } from '../shared/anthropic-errors.ts'
import { batchRoutes } from './batches.ts'
import { CALL_ROUTES, failure, INPUT_TOKENS } from './call-routes.ts'
import { errorBody, statusOf } from './errors.ts'
import { fileRoutes } from './files.ts'
import { anthropicModels, listOf, modelOf } from './models.ts'
import { namedInSpeech } from './named-items.ts'
import type { Descriptions } from './openapi.ts'
import { FILES_IN_PARTS } from './own-files.ts'
import { chatTaskModels, isChatTask, readChatTask } from './read-chat-task.ts'
import { realtimeRoutes } from './realtime.ts'
import { responseRoutes } from './responses.ts'
import { uploadRoutes } from './uploads.ts'
import { chatTaskWriter } from './write-chat-task.ts'

const described = describedBy<Descriptions>()

const FORMS = ['audio/transcriptions', 'audio/translations'] as const

/** OpenAI's routes that answer on the spot: https://platform.openai.com/docs/api-reference. */
export const openai: Dialect = {
  id: 'openai',
  async routes(app, context) {
    const errors = finalErrors(
      (error, { headers }) => ({
        status: statusOf(error),
        // Anthropic's clients read the models here, too.
        body: headers['anthropic-version'] === undefined ? errorBody(error) : anthropicErrorBody(error),
      }),
      RETRIED_CALLS,
    )
    await serve(app, context, {
      kind: 'call',
      prefixes: [''],
      // The workspace's page for chat.
      takesCookies: ['/v1/chat/completions'],
      error: errors.error,
      async routes(inside) {
        errors.mark(inside)
        inside.addHook('onRequest', refuseViewers)
        sendRates(inside, openaiRates, context.clock)
        keepBodies(inside)
        callRoutes(inside, context)
        responseRoutes(inside, context)
        modelRoutes(inside, context)
        notHere(inside)
        batchRoutes(inside, context)
        await fileRoutes(inside, context)
        await uploadRoutes(inside, context)
      },
    })
    await realtimeRoutes(app, context)
  },
  describe: async () => (await import('./openapi.ts')).describeOpenai(),
}

function callRoutes(app: FastifyInstance, context: DialectContext): void {
  const serveCall = (path: KeyOfCalls, route: (() => CallRoute) | CallRoute): void => {
    app.post(`/v1/${path}`, callOptions(described(path)), (request, reply) =>
      answerCall(request, reply, context, { statusOf, ...(typeof route === 'function' ? route() : route) }),
    )
  }
  const files = { parts: FILES_IN_PARTS, in: context.callFiles }
  const { 'chat/completions': chat, ...others } = CALL_ROUTES
  for (const [path, route] of Object.entries(others)) {
    serveCall(path as KeyOfCalls, { ...route, files }) // keys of the table
  }
  app.post('/v1/chat/completions', callOptions(described('chat/completions')), (request, reply) => {
    const json = jsonOf(request)
    if (isChatTask(json.model)) return answerChatTask(json, request, reply, context)
    return answerCall(request, reply, context, { statusOf, ...chat, files })
  })
  serveCall('responses/input_tokens', { ...INPUT_TOKENS, files })
  serveCall('audio/speech', speech)
  for (const endpoint of FORMS) {
    serveCall(endpoint, {
      endpoint,
      isForm: true,
      isText: true,
      fields: { model: { kind: 'text', isRequired: true }, file: { kind: 'text', isRequired: true } },
      boundOf: ({ form }) =>
        boundsOfSound(secondsOfRecording(form?.bytes('file') ?? Buffer.alloc(0), LEAST_BYTES_PER_SECOND)),
      usageFor:
        ({ form }) =>
        (answer) =>
          heardIn(answer) ?? { seconds: secondsOfRecording(form?.bytes('file') ?? Buffer.alloc(0)) },
      failure,
    })
  }
}

/** Often enough for proxies that cut what is silent. */
const HEARTBEAT_MS = 15 * SECOND_MS

/** Chat with a model that is work for a task, such as a picture: submits, and streams the states of the task. */
async function answerChatTask(
  json: JsonObject,
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
): Promise<void> {
  const submission = readChatTask(json)
  // Before anything is paid: the stream takes the place again.
  context.tasks.placeToWait(request.caller)[Symbol.dispose]()
  request.body = json // a repetition under the same Idempotency-Key is compared with this
  const { id } = await submitTask(request, reply, context, submission)
  const eventOf = chatTaskWriter(json, context.urls)
  await streamTask(request, reply, id, context, { eventOf, heartbeatMs: HEARTBEAT_MS })
}

type KeyOfCalls = Extract<keyof Descriptions, string>

/** Speech costs by its characters, which are known before. */
function speech(): CallRoute {
  let characters = 0
  return {
    endpoint: 'audio/speech',
    isFile: true,
    names: namedInSpeech,
    fields: {
      model: { kind: 'text', isRequired: true },
      input: { kind: 'text', isRequired: true },
      voice: { kind: 'text or object', isRequired: true },
      response_format: { kind: 'text' },
      stream_format: { kind: 'text' },
    },
    isStreamed: false,
    boundOf({ json }) {
      characters = typeof json?.input === 'string' ? json.input.length : 0
      return { characters }
    },
    usageOf: () => ({ characters }),
    failure,
  }
}

/** What OpenAI keeps for its clients, and this gateway does not: by the beginnings of paths. */
const NOT_HERE = {
  responses: 'Of responses are served POST /v1/responses, what is below the id of a stored one, and nothing else.',
  conversations:
    'Conversations are not kept here. Send the whole of input, or go on from a response of OpenAI by previous_response_id.',
  vector_stores: 'Stores of files are not kept here.',
  containers: 'Containers are not made here.',
} as const

function notHere(app: FastifyInstance): void {
  for (const [name, reason] of Object.entries(NOT_HERE)) {
    const refuse = () => {
      throw new PolyphonyError('not_found', reason)
    }
    const method = ['GET', 'POST', 'DELETE']
    const route = { method, ...undocumented('it is answered with the reason why it is not served'), handler: refuse }
    app.route({ ...route, url: `/v1/${name}/*` })
    if (name !== 'responses') app.route({ ...route, url: `/v1/${name}` })
  }
}

function modelRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get('/v1/models', described('models'), async ({ caller, headers }) => {
    const names = modelsOf(context, caller)
    // Anthropic's clients send their version with every request, and read another form.
    return headers['anthropic-version'] === undefined ? listOf(names) : anthropicModels(names)
  })
  app.get<{ Params: { '*': string } }>(
    '/v1/models/*',
    described({ '/v1/models/{model}': 'model' }),
    async ({ caller, params, headers }) => {
      const name = params['*']
      if (!modelsOf(context, caller).includes(name) && !context.calls.hasModel(caller, name)) {
        throw new PolyphonyError('not_found', `The model ${name} does not exist, or this key may not use it.`, {
          field: 'model',
        })
      }
      if (headers['anthropic-version'] !== undefined) return anthropicModels([name]).data[0]
      return modelOf(name)
    },
  )
}

/** What a key can use now: models of calls, and of tasks. */
function modelsOf({ calls, available }: DialectContext, caller: Parameters<DialectContext['rateOf']>[0]): string[] {
  const operations = available(caller.mode, caller.tenantId)
  const tasks = [...operations].map((operation) => operation.split('/')[0] ?? operation)
  const all = [...new Set([...calls.models(caller), ...tasks, ...chatTaskModels(operations)])].sort()
  return all.filter((model) => mayUse(caller, model))
}

/** A second of speech takes at least so many bytes, where a file does not state its length. */
const LEAST_BYTES_PER_SECOND = 2_000

/** Models have a price of seconds or one of tokens. Speech has some 17 tokens a second, and its text at most half as many. */
const SOUND_TOKENS_PER_SECOND = 17
const WORD_TOKENS_PER_SECOND = 8

function boundsOfSound(seconds: number): Usage[] {
  const inputAudioTokens = seconds * SOUND_TOKENS_PER_SECOND
  const outputTokens = seconds * WORD_TOKENS_PER_SECOND
  return [{ seconds }, { inputTokens: inputAudioTokens, inputAudioTokens, outputTokens }]
}

/**
 * How much sound was transcribed, as the answer says it: by its usage, its duration, or the end of its last subtitle.
 * Undefined for plain text, which does not say it.
 */
function heardIn(answer: Buffer): Usage | undefined {
  const json = parsed(answer)
  const usage = json?.usage
  if (isJsonObject(usage)) {
    if (usage.type === 'duration') return { seconds: unitsIn(usage.seconds) }
    const details = isJsonObject(usage.input_token_details) ? usage.input_token_details : {}
    return {
      inputTokens: unitsIn(usage.input_tokens),
      inputAudioTokens: unitsIn(details.audio_tokens),
      outputTokens: unitsIn(usage.output_tokens),
    }
  }
  if (json) return json.duration === undefined ? undefined : { seconds: unitsIn(json.duration) }
  const times = [...answer.toString().matchAll(/--> (?:(\d+):)?(\d+):(\d+)/g)]
  const [last] = times.slice(-1)
  if (!last) return undefined
  const [, hours = '0', minutes = '0', seconds = '0'] = last
  return { seconds: Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) }
}
