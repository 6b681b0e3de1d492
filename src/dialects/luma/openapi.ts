import { type TSchema, type TStringOptions, Type } from 'typebox'
import { lumaExtend, lumaVideo } from '../../catalog/luma.ts'
import {
  lumaAudio,
  lumaImage,
  lumaModify,
  lumaReframeImage,
  lumaReframeVideo,
  lumaUpscale,
} from '../../catalog/luma-tools.ts'
import type { Operation } from '../../catalog/operation.ts'
import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import { MAX_LISTED_IDS } from '../kit/listed-ids.ts'
import {
  answer,
  BODY_ERRORS,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
  inputSchema,
  inQuery,
  jsonBody,
  PAID,
  plain,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from '../shared/relay-errors.ts'
import { relayTaskMembers } from '../shared/relay-task.ts'
import { lumaError } from './errors.ts'

const OFFICIAL = 'Luma'
const OWN = 'Luma relay'
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'invalid_input', 'task_not_found']
const CREATING: readonly ErrorCode[] = [...PAID, 'task_not_found']

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes that Luma and its relays have, in OpenAPI. */
export async function describeLuma({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: OFFICIAL,
        description:
          'Luma’s Dream Machine API. Tasks of Luma’s that were created in other protocols can be read here, too.',
      },
      { name: OWN, description: 'The format that relays took from Luma’s web app. It has videos only.' },
    ],
    operations: operationsOf(limits),
    below: idsBelow((key, prefix) => (prefix === '/dream-machine/v1' ? key.replace(/^luma/, 'lumaBare') : key)),
    webhooks: {
      lumaGenerationChanged: callback('lumaGenerationChanged', OFFICIAL, 'callback_url', 'LumaGeneration'),
      lumaTaskChanged: callback('lumaTaskChanged', OWN, 'notify_hook', 'LumaRelayTask'),
    },
    schemas: schemas(),
  }
}

function operationsOf(limits: DialectContext['limits']) {
  return { ...officialOperations(limits), ...ownOperations(limits) }
}

interface Route {
  tag: string
  summary: string
  parameters?: Json[]
  body?: JsonObject
  answers: JsonObject
}

function route({ tag, body, answers, parameters = [], ...rest }: Route): JsonObject {
  return { ...rest, tags: [tag], parameters, ...(body ? { requestBody: body } : {}), responses: answers }
}

function officialOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const status = (error: PolyphonyError) => lumaError(error).status
  const failures = (codes: readonly ErrorCode[], more: JsonObject = {}): JsonObject => ({
    ...errorAnswers(codes, status, ref('LumaError')),
    ...more,
  })
  const id = inPath('id', 'The generation.')
  const unprocessable = { '422': answer('A field breaks a rule.', ref('LumaError')) }
  const creation = ({ title }: Operation, schema: string, parameters: Json[] = []) =>
    route({
      tag: OFFICIAL,
      summary: title,
      parameters: [...parameters, idempotencyKey],
      body: jsonBody(ref(schema)),
      answers: {
        '201': { ...answer('The generation, which has just begun.', ref('LumaGeneration')), ...replayed },
        ...failures(CREATING, unprocessable),
      },
    })
  const reading = (summary: string, schema: JsonObject, parameters: Json[] = []) =>
    route({
      tag: OFFICIAL,
      summary,
      parameters,
      answers: { '200': answer(summary, schema), ...failures(READING, unprocessable) },
    })
  return {
    lumaVideo: creation(lumaVideo, 'LumaVideoRequest'),
    lumaCreate: creation(lumaVideo, 'LumaVideoRequest'),
    lumaList: reading('The generations, newest first', ref('LumaGenerations'), [
      inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 10 }, 'How many.'),
      inQuery('offset', { type: 'integer', minimum: 0, default: 0 }, 'How many are passed over.'),
    ]),
    lumaImage: creation(lumaImage, 'LumaImageRequest'),
    lumaModify: creation(lumaModify, 'LumaModifyRequest'),
    lumaReframeVideo: creation(lumaReframeVideo, 'LumaReframeVideoRequest'),
    lumaReframeImage: creation(lumaReframeImage, 'LumaReframeImageRequest'),
    lumaUpscale: creation(lumaUpscale, 'LumaUpscaleRequest', [id]),
    lumaAudio: creation(lumaAudio, 'LumaAudioRequest', [id]),
    lumaConcepts: reading('Keys of concepts; none are listed here, and all are passed on', {
      type: 'array',
      items: { type: 'string' },
    }),
    lumaGet: reading('A generation', ref('LumaGeneration'), [id, wait(maxWaitSeconds)]),
    lumaDelete: route({
      tag: OFFICIAL,
      summary: 'Cancel a generation that has not ended, or delete the files of a finished one',
      parameters: [id],
      answers: { '204': { description: 'It is deleted.' }, ...failures([...READING, 'not_cancellable']) },
    }),
    lumaCredits: reading('The balance in US cents', plain(Credits)),
    lumaPing: reading('Whether the gateway is there', plain(Type.Object({ message: Type.String() }))),
  }
}

const Credits = Type.Object({ credit_balance: Type.Number({ description: 'US cents.' }) })

function ownOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const failures = (codes: readonly ErrorCode[]) => errorAnswers(codes, errorStatus, ref('LumaRelayError'))
  const id = inPath('id', 'The video.')
  const creation = ({ title }: Operation, parameters: Json[]) =>
    route({
      tag: OWN,
      summary: title,
      parameters: [...parameters, idempotencyKey],
      body: jsonBody(ref('LumaRelayRequest')),
      answers: {
        '200': { ...answer('The video, which has just begun.', ref('LumaRelayVideo')), ...replayed },
        ...failures(CREATING),
      },
    })
  const reading = (summary: string, schema: JsonObject) =>
    route({
      tag: OWN,
      summary,
      parameters: [id, wait(maxWaitSeconds)],
      answers: { '200': answer(summary, schema), ...failures([...READING, 'parent_not_usable']) },
    })
  const ids = {
    type: 'object',
    properties: { ids: { type: 'array', maxItems: MAX_LISTED_IDS, items: { type: 'string' } } },
  }
  return {
    lumaRelayCreate: creation(lumaVideo, []),
    lumaRelayExtend: creation(lumaExtend, [id]),
    lumaRelayGet: reading('A video', ref('LumaRelayVideo')),
    lumaRelayDownload: reading('The address of a finished video', plain(Type.Object({ url: Type.String() }))),
    lumaRelayTasks: route({
      tag: OWN,
      summary: 'Read many tasks',
      body: jsonBody(ids),
      answers: {
        '200': answer('Those that exist.', {
          type: 'object',
          required: ['code', 'message', 'data'],
          properties: {
            code: { type: 'string', const: 'success' },
            message: { type: 'string', const: '' },
            data: { type: 'array', items: ref('LumaRelayTask') },
          },
        }),
        ...failures([...COMMON_ERRORS, ...BODY_ERRORS]),
      },
    }),
  }
}

function callback(operationId: string, tag: string, field: string, schema: string): JsonObject {
  return {
    post: {
      operationId,
      summary: `A task has changed: ${field}`,
      tags: [tag],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref(schema)),
      responses: webhookAnswers,
    },
  }
}

/** The input of an operation in the protocol's words: without what stands elsewhere, and with what it adds. */
function requestOf(
  operation: Operation,
  without: string[],
  adds: Record<string, TSchema>,
  needs: string[],
): JsonObject {
  const {
    properties,
    title,
    required = [],
  } = inputSchema(operation) as JsonObject & {
    properties: JsonObject
    required?: string[]
  }
  const kept = Object.entries(properties).filter(([name]) => !without.includes(name))
  const added = Object.entries(adds).map(([name, schema]) => [name, plain(schema)])
  const wanted = [...required.filter((name) => !without.includes(name)), ...needs]
  return {
    type: 'object',
    title: title ?? '',
    ...(wanted.length > 0 ? { required: wanted } : {}),
    properties: Object.fromEntries([...kept, ...added]),
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const optional = (options: TStringOptions = {}) => Type.Optional(Type.String(options))
  const callback_url = optional({ description: 'The URL that is notified when it dreams and when it has ended.' })
  const official = (operation: Operation, type: string, without: string[] = [], adds = {}, needs: string[] = []) =>
    requestOf(
      operation,
      ['origin_task_id', ...without],
      { ...adds, callback_url, generation_type: Type.Optional(Type.Enum([type])) },
      needs,
    )
  const Frame = Type.Optional(
    Type.Object({ type: Type.Enum(['image', 'generation']), url: optional(), id: optional() }),
  )
  const video = {
    model: Type.Enum(['ray-2', 'ray-flash-2']),
    duration: optional({ examples: ['5s', '9s'] }),
    keyframes: Type.Optional(Type.Object({ frame0: Frame, frame1: Frame })),
  }
  const relayed = {
    user_prompt: optional({ description: 'What the video shows; it may be left out beside a frame.' }),
    image_url: optional({ description: 'The first frame.' }),
    image_end_url: optional({ description: 'The last frame.' }),
    keyframes: video.keyframes,
    duration: optional({ examples: ['5s'] }),
    notify_hook: optional({ description: 'The URL that is notified of every change.' }),
  }
  const notOfficial = ['key_frames', 'start_image', 'end_image', 'model_name', 'model', 'duration', 'expand_prompt']
  const notRelayed = ['key_frames', 'start_image', 'end_image', 'prompt', 'duration', 'model']
  const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()])
  const Sized = Type.Object({ url: text, width: Type.Integer(), height: Type.Integer() })
  const Generation = Type.Object({
    id: text,
    generation_type: Type.Enum(['video', 'image']),
    state: Type.Enum(['queued', 'dreaming', 'completed', 'failed']),
    failure_reason: nullable(text),
    created_at: text,
    assets: Type.Optional(Type.Object({ video: Type.Optional(text), image: Type.Optional(text) })),
    model: nullable(text),
    request: Type.Object({}, { description: 'The request.' }),
  })
  const Video = Type.Object({
    id: text,
    prompt: text,
    state: Type.Enum(['pending', 'processing', 'completed', 'failed']),
    queue_state: Type.Null(),
    created_at: text,
    batch_id: text,
    video: nullable(Type.Object({ ...Sized.properties, download_url: text })),
    video_raw: nullable(Sized),
    liked: Type.Null(),
    estimate_wait_seconds: Type.Null(),
    thumbnail: nullable(Sized),
    last_frame: nullable(Sized),
    failure_reason: nullable(text),
  })
  const Task = Type.Object({
    id: text,
    platform: text,
    ...relayTaskMembers(['LUMA_VIDEO'], ref('LumaRelayVideo')),
  })
  const Failure = Type.Object({
    detail: Type.Union([text, Type.Array(Type.Object({ type: text, loc: Type.Array(text), msg: text }))]),
  })
  const RelayFailure = Type.Object({
    code: text,
    message: text,
    data: Type.Null(),
    error: Type.Object({ message: text, type: text, code: text }),
  })
  const Generations = Type.Object({
    generations: Type.Array(ref('LumaGeneration')),
    count: Type.Integer(),
    has_more: Type.Boolean(),
    limit: Type.Integer(),
    offset: Type.Integer(),
  })
  return {
    LumaVideoRequest: official(lumaVideo, 'video', notOfficial, video),
    LumaImageRequest: official(lumaImage, 'image', [], {
      sync: Type.Optional(Type.Boolean({ description: 'Wait for the picture.' })),
      sync_timeout: Type.Optional(Type.Number({ description: 'Seconds to wait.' })),
    }),
    LumaModifyRequest: official(lumaModify, 'modify_video'),
    LumaReframeVideoRequest: official(lumaReframeVideo, 'reframe_video'),
    LumaReframeImageRequest: official(lumaReframeImage, 'reframe_image'),
    LumaUpscaleRequest: official(lumaUpscale, 'upscale_video'),
    LumaAudioRequest: official(lumaAudio, 'add_audio'),
    LumaRelayRequest: requestOf(lumaVideo, notRelayed, relayed, []),
    LumaGeneration: plain(Generation),
    LumaGenerations: plain(Generations),
    LumaRelayVideo: plain(Video),
    LumaRelayTask: plain(Task),
    LumaError: plain(Failure),
    LumaRelayError: plain(RelayFailure),
  }
}
