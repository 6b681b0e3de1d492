import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { answerCall, callOptions, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { BATCHED, batchRoutes, createBatch } from './batches.ts'
import { METHODS } from './call-routes.ts'
import { errorBody, statusOf } from './errors.ts'
import { downloadRoute, fileRoutes, filesInParts } from './files.ts'
import { geminiModel } from './models.ts'
import type { Descriptions } from './openapi.ts'
import { pieceRoutes, startRoute, UPLOADS } from './uploads.ts'

const described = describedBy<Descriptions>()

const KEY_HEADERS = ['x-goog-api-key']

/** Google's Gemini API: https://ai.google.dev/api. */
export const gemini: Dialect = {
  id: 'gemini',
  async routes(app, context) {
    await app.register(async (open) => pieceRoutes(open, context))
    const error = (thrown: PolyphonyError) => ({ status: statusOf(thrown), body: errorBody(thrown) })
    await serve(app, context, {
      prefixes: [UPLOADS, '/upload/v1'],
      keyHeaders: KEY_HEADERS,
      error,
      routes(inside) {
        keepBodies(inside)
        startRoute(inside, context)
      },
    })
    await serve(app, context, {
      kind: 'call',
      // `/v1` is OpenAI's, too. Requests with a key in Gemini's header are served below `/gemini`; of the others, those that
      // name a method of a model.
      prefixes: ['/v1beta', '/gemini/v1', ''],
      keyHeaders: KEY_HEADERS,
      error(thrown, request) {
        return error(request.is404 ? (notHere(request.url) ?? thrown) : thrown)
      },
      routes(inside) {
        keepBodies(inside)
        const base = inside.prefix === '' ? '/v1/models' : '/models'
        const methods = [...Object.keys(METHODS), BATCHED]
        const paths = Object.fromEntries(methods.map((method) => [`${base}/{model}:${method}`, method]))
        const options = callOptions(described(paths as Record<`/${string}`, keyof typeof METHODS | typeof BATCHED>))
        inside.post<{ Params: { '*': string } }>(`${base}/*`, options, (request, reply) =>
          call(request, reply, context),
        )
        if (inside.prefix === '') return
        modelRoutes(inside, context)
        fileRoutes(inside, context)
        batchRoutes(inside, context)
      },
    })
    await serve(app, context, {
      prefixes: ['/download/v1beta', '/download/v1'],
      keyHeaders: KEY_HEADERS,
      error,
      routes: (inside) => downloadRoute(inside, context),
    })
  },
  describe: async () => (await import('./openapi.ts')).describeGemini(),
}

/** What Google keeps for its clients, and this gateway does not. */
const NOT_HERE: Readonly<Record<string, string>> = {
  cachedContents:
    'Caches are not kept here. Send the whole of contents: Google finds repeated beginnings by itself, and they are billed as read from its cache.',
  interactions: 'Interactions are not kept here. Send the whole of contents to models/{model}:generateContent.',
  tunedModels: 'Models are not tuned here.',
  corpora: 'Corpora are not kept here.',
  fileSearchStores: 'Stores of files are not kept here.',
  auth_tokens: 'Tokens are not made here.',
}

/** Methods of models that Google has, and this gateway does not. */
const METHODS_NOT_HERE: Readonly<Record<string, string>> = {
  asyncBatchEmbedContent:
    'Batches of this API have lines of generateContent alone. Embed at once by batchEmbedContents, or by a batch of /v1/embeddings at /v1/batches.',
}

/** The reason for a path of Google's API that is not served; undefined for any other. */
function notHere(url: string): PolyphonyError | undefined {
  const [, name = ''] = /\/v1(?:beta|alpha)?\/([A-Za-z_]+)/.exec(url) ?? []
  const reason = Object.hasOwn(NOT_HERE, name) ? NOT_HERE[name] : undefined
  return reason === undefined ? undefined : new PolyphonyError('not_found', reason)
}

function modelRoutes(app: FastifyInstance, { calls }: DialectContext): void {
  app.get('/models', described('gemini-models'), async ({ caller }) => ({
    models: calls.models(caller).map(geminiModel),
  }))
  app.get<{ Params: { '*': string } }>(
    '/models/*',
    described({ '/models/{model}': 'gemini-model' }),
    async ({ caller, params }) => {
      const name = params['*']
      if (calls.models(caller).includes(name) || calls.hasModel(caller, name)) return geminiModel(name)
      throw new PolyphonyError('not_found', `models/${name} is not found, or this key may not use it.`)
    },
  )
}

function call(
  request: FastifyRequest<{ Params: { '*': string } }>,
  reply: FastifyReply,
  context: DialectContext,
): Promise<FastifyReply> {
  const [, model = '', method = ''] = /^(.+):([^:]+)$/.exec(request.params['*']) ?? []
  if (method === BATCHED) return createBatch(request, reply, model, context)
  if (!isMethod(method)) {
    const reason = Object.hasOwn(METHODS_NOT_HERE, method) ? METHODS_NOT_HERE[method] : undefined
    throw new PolyphonyError('not_found', reason ?? `There is no method ${method || request.params['*']} of models.`)
  }
  const files = { parts: filesInParts(context.urls), in: context.callFiles }
  const route = { ...METHODS[method], modelOf: () => model, statusOf, files }
  return answerCall(request, reply, context, route)
}

function isMethod(name: string): name is keyof typeof METHODS {
  return Object.hasOwn(METHODS, name)
}
