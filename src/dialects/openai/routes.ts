import type { FastifyInstance } from 'fastify'
import { parsed } from '../../calls/pass-through.ts'
import { unitsIn } from '../../calls/usage.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { objectAtEnd } from '../../core/json-tail.ts'
import type { Usage } from '../../core/usage.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { answerCall, CALL_BODY_BYTES, type CallRoute, fieldOfForm, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { chatFormat } from './chat-format.ts'
import { errorBody, statusOf } from './errors.ts'
import { anthropicModels, listOf, modelOf } from './models.ts'
import type { Descriptions } from './openapi.ts'
import { responsesFormat } from './responses-format.ts'

const described = describedBy<Descriptions>()

/** The routes whose bodies are JSON, with what each needs. */
const ROUTES: Readonly<Record<string, CallRoute>> = {
  'chat/completions': { endpoint: 'chat/completions', format: chatFormat, required: ['model', 'messages'] },
  responses: { endpoint: 'responses', format: responsesFormat, required: ['model', 'input'] },
  completions: { endpoint: 'completions', required: ['model', 'prompt'], usageOf: tokensIn },
  embeddings: { endpoint: 'embeddings', required: ['model', 'input'], usageOf: tokensIn },
  moderations: {
    endpoint: 'moderations',
    required: ['input'],
    // OpenAI's own default.
    modelOf: (_request, body) => (typeof body?.model === 'string' ? body.model : 'omni-moderation-latest'),
    usageOf: () => ({}),
  },
}

const FORMS = ['audio/transcriptions', 'audio/translations'] as const

/** OpenAI's routes that answer on the spot: https://platform.openai.com/docs/api-reference. */
export const openai: Dialect = {
  id: 'openai',
  async routes(app, context) {
    await serve(app, context, {
      prefixes: [''],
      error: (error) => ({ status: statusOf(error), body: errorBody(error) }),
      routes(inside) {
        keepBodies(inside)
        callRoutes(inside, context)
        modelRoutes(inside, context)
      },
    })
  },
  describe: async () => (await import('./openapi.ts')).describeOpenai(),
}

function callRoutes(app: FastifyInstance, context: DialectContext): void {
  for (const [path, route] of Object.entries(ROUTES)) {
    const options = { bodyLimit: CALL_BODY_BYTES, ...described(path as keyof Descriptions) }
    app.post(`/v1/${path}`, options, (request, reply) => answerCall(request, reply, context, route))
  }
  app.post('/v1/audio/speech', { bodyLimit: CALL_BODY_BYTES, ...described('audio/speech') }, (request, reply) =>
    answerCall(request, reply, context, speech()),
  )
  for (const endpoint of FORMS) {
    const options = { bodyLimit: CALL_BODY_BYTES, ...described(endpoint) }
    app.post(`/v1/${endpoint}`, options, (request, reply) =>
      answerCall(request, reply, context, {
        endpoint,
        modelOf(asked) {
          const { bytes, json } = asked.body as { bytes: Buffer; json: unknown } // as `keepBodies` reads it
          if (json !== undefined) throw new PolyphonyError('unsupported_media', 'Send the body as multipart/form-data.')
          const model = fieldOfForm(bytes, 'model')
          if (!model) throw invalidInput('model', 'is required')
          return model
        },
        isStreamed: (asked) => fieldOfForm((asked.body as { bytes: Buffer }).bytes, 'stream') === 'true',
        boundOf: ({ bytes }) => ({ seconds: secondsAtMost(bytes.byteLength) }),
        usageOf: heardIn,
      }),
    )
  }
}

/** Speech costs by its characters, which are known before. */
function speech(): CallRoute {
  let characters = 0
  return {
    endpoint: 'audio/speech',
    required: ['model', 'input', 'voice'],
    isStreamed: () => false,
    boundOf({ json }) {
      if (typeof json?.input !== 'string') throw invalidInput('input', 'must be a string')
      characters = json.input.length
      return { characters }
    },
    usageOf: () => ({ characters }),
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
    { exposeHeadRoute: false, ...described({ '/v1/models/{model}': 'model' }) },
    async ({ caller, params, headers }) => {
      const name = params['*']
      if (!modelsOf(context, caller).includes(name)) {
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
  const tasks = [...available(caller.mode, caller.tenantId)].map((operation) => operation.split('/')[0] ?? operation)
  const { allowedModels } = caller
  const all = [...new Set([...calls.models(caller), ...tasks])].sort()
  return allowedModels === null ? all : all.filter((model) => allowedModels.includes(model))
}

/** `usage` of completions and embeddings. */
function tokensIn(answer: Buffer): Usage | undefined {
  const usage = objectAtEnd(answer, 'usage') ?? parsed(answer)?.usage
  if (!isJsonObject(usage)) return undefined
  return { inputTokens: unitsIn(usage.prompt_tokens), outputTokens: unitsIn(usage.completion_tokens) }
}

/** A second of speech takes at least so many bytes. */
const BYTES_PER_SECOND = 2_000

function secondsAtMost(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_SECOND)
}

/** How much sound was transcribed, as the answer says it: by its usage, its duration, or the end of its last subtitle. */
function heardIn(answer: Buffer): Usage | undefined {
  const json = parsed(answer)
  const usage = json?.usage
  if (isJsonObject(usage)) {
    if (usage.type === 'duration') return { seconds: unitsIn(usage.seconds) }
    return { inputTokens: unitsIn(usage.input_tokens), outputTokens: unitsIn(usage.output_tokens) }
  }
  if (json) return { seconds: unitsIn(json.duration) }
  const times = [...answer.toString().matchAll(/--> (?:(\d+):)?(\d+):(\d+)/g)]
  const [, hours = '0', minutes = '0', seconds = '0'] = times.at(-1) ?? []
  return { seconds: Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) }
}
