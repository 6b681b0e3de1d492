import type { FastifyReply, FastifyRequest } from 'fastify'
import { parsed } from '../../calls/pass-through.ts'
import { unitsIn } from '../../calls/usage.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Usage } from '../../core/usage.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { answerCall, CALL_BODY_BYTES, type CallRoute, keepBodies } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { errorBody } from './errors.ts'
import { generateFormat } from './generate-format.ts'
import { geminiModel } from './models.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const METHODS: Readonly<Record<string, Omit<CallRoute, 'modelOf'>>> = {
  generateContent: { endpoint: 'generateContent', format: generateFormat, required: ['contents'] },
  streamGenerateContent: {
    endpoint: 'streamGenerateContent',
    format: generateFormat,
    required: ['contents'],
    isStreamed: () => true,
  },
  countTokens: { endpoint: 'countTokens', boundOf: () => ({}), usageOf: () => ({}) },
  embedContent: { endpoint: 'embedContent', usageOf: embedded },
  batchEmbedContents: { endpoint: 'batchEmbedContents', usageOf: embedded },
}

/** Google's Gemini API: https://ai.google.dev/api. */
export const gemini: Dialect = {
  id: 'gemini',
  async routes(app, context) {
    await serve(app, context, {
      prefixes: ['/v1beta'],
      keyHeaders: ['x-goog-api-key'],
      error: (error) => ({ status: error.status, body: errorBody(error) }),
      routes(inside) {
        keepBodies(inside)
        const options = {
          bodyLimit: CALL_BODY_BYTES,
          ...described({
            '/models/{model}:generateContent': 'generateContent',
            '/models/{model}:streamGenerateContent': 'streamGenerateContent',
            '/models/{model}:countTokens': 'countTokens',
            '/models/{model}:embedContent': 'embedContent',
            '/models/{model}:batchEmbedContents': 'batchEmbedContents',
          }),
        }
        inside.post<{ Params: { '*': string } }>('/models/*', options, (request, reply) => call(request, reply, context))
        inside.get('/models', described('models'), async ({ caller }) => ({
          models: context.calls.models(caller).map(geminiModel),
        }))
        inside.get<{ Params: { '*': string } }>(
          '/models/*',
          { exposeHeadRoute: false, ...described({ '/models/{model}': 'model' }) },
          async ({ caller, params }) => {
            const name = params['*']
            if (context.calls.models(caller).includes(name)) return geminiModel(name)
            throw new PolyphonyError('not_found', `models/${name} is not found, or this key may not use it.`)
          },
        )
      },
    })
  },
  describe: async () => (await import('./openapi.ts')).describeGemini(),
}

function call(
  request: FastifyRequest<{ Params: { '*': string } }>,
  reply: FastifyReply,
  context: DialectContext,
): Promise<FastifyReply> {
  const [, model = '', method = ''] = /^(.+):([^:]+)$/.exec(request.params['*']) ?? []
  const route = METHODS[method]
  if (!route) throw new PolyphonyError('not_found', `There is no method ${method || request.params['*']} of models.`)
  return answerCall(request, reply, context, { ...route, modelOf: () => model })
}

/** Embeddings report no usage: Google counts about four characters a token. */
function embedded(answer: Buffer): Usage | undefined {
  const counted = parsed(answer)?.usageMetadata
  if (typeof counted !== 'object' || counted === null || Array.isArray(counted)) return {}
  return { inputTokens: unitsIn(counted.promptTokenCount) }
}
