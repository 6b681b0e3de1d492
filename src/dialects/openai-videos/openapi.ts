import { Type } from 'typebox'
import type { ErrorCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
  inQuery,
  PAID,
  plain,
  ref,
  replayed,
  wait,
} from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'OpenAI: videos'

export type Descriptions = ReturnType<typeof operationsOf>

/** OpenAI's videos API, in OpenAPI. */
export async function describeOpenaiVideos({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  const description =
    'OpenAI’s videos API, for Sora 2. Tasks of Sora’s that came in other protocols can be read here, too.'
  return {
    tags: [{ name: TAG, description }],
    operations: operationsOf(limits),
    below: idsBelow((key, prefix) => (prefix === '' ? key : `openai-${key}`)),
    webhooks: {},
    schemas: schemas(),
  }
}

const id = inPath('id', 'The id of the video.')
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found', 'invalid_input']
const failures = (codes: readonly ErrorCode[]) => errorAnswers(codes, statusOf, ref('OpenaiVideoError'))

function operationsOf({ maxWaitSeconds }: DialectContext['limits']) {
  const read = (summary: string, schema: JsonObject, parameters: JsonObject[]): JsonObject => ({
    summary,
    tags: [TAG],
    parameters,
    responses: { '200': answer(summary, schema), ...failures(READING) },
  })
  const create = (summary: string, body: string, parameters: JsonObject[]): JsonObject => {
    const content = { schema: ref(body) }
    return {
      summary,
      tags: [TAG],
      parameters: [...parameters, idempotencyKey],
      requestBody: { required: true, content: { 'application/json': content, 'multipart/form-data': content } },
      responses: {
        '200': { ...answer('The video, which is queued.', ref('OpenaiVideo')), ...replayed },
        ...failures([...PAID, 'unknown_operation', 'task_not_found']),
      },
    }
  }
  const refused = (summary: string, parameters: JsonObject[] = []): JsonObject => ({
    summary,
    description: 'Not offered: no provider does it.',
    tags: [TAG],
    parameters,
    responses: failures([...COMMON_ERRORS, 'not_found']),
  })
  const order = inQuery('order', { type: 'string', enum: ['asc', 'desc'], default: 'desc' }, 'By the time of creation.')
  const variant = inQuery(
    'variant',
    { type: 'string', enum: ['video', 'thumbnail'], default: 'video' },
    'Which file. A spritesheet is not kept.',
  )
  const file = { schema: { type: 'string', format: 'binary' } }
  return {
    videosCreate: create('Make a video', 'OpenaiVideoRequest', []),
    videosRemix: create('Change a finished video', 'OpenaiVideoRemix', [id]),
    videosList: read('List the videos', ref('OpenaiVideos'), [
      inQuery('after', { type: 'string' }, 'The id of the last video of the page before.'),
      inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'How many.'),
      order,
    ]),
    videosRead: read('Read a video', ref('OpenaiVideo'), [id, wait(maxWaitSeconds)]),
    videosContent: {
      summary: 'Download a video',
      tags: [TAG],
      parameters: [id, variant],
      responses: {
        '200': { description: 'The file.', content: { 'video/mp4': file, 'image/*': file } },
        '206': { description: 'A part of the file.', content: { 'video/mp4': file, 'image/*': file } },
        '304': { description: 'The client has it.' },
        ...failures([...READING, 'not_found']),
      },
    },
    videosDelete: {
      ...read('Delete a video', ref('OpenaiVideoDeleted'), [id]),
      description: 'One that is in progress is cancelled, where its provider can.',
      responses: {
        '200': answer('It is deleted.', ref('OpenaiVideoDeleted')),
        ...failures([...READING, 'not_cancellable']),
      },
    },
    videosEdits: refused('Edit a video'),
    videosExtensions: refused('Extend a video'),
    videosCharacter: refused('Make a character of a video'),
    videosCharacterRead: refused('Read a character', [id]),
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: Schema) =>
    Type.Union([schema, Type.Null()])
  const seconds = Type.Integer({ description: 'Unix seconds.' })
  const OpenaiVideo = Type.Object({
    id: text,
    object: Type.Enum(['video']),
    model: text,
    status: Type.Enum(['queued', 'in_progress', 'completed', 'failed']),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    prompt: orNull(text),
    seconds: text,
    size: text,
    created_at: seconds,
    completed_at: orNull(seconds),
    expires_at: orNull(seconds),
    remixed_from_video_id: orNull(text),
    error: Type.Union([Type.Object({ code: text, message: text }), Type.Null()]),
  })
  const OpenaiVideoRequest = Type.Object({
    prompt: text,
    model: Type.Optional(Type.String({ default: 'sora-2', examples: ['sora-2', 'sora-2-pro'] })),
    seconds: Type.Optional(Type.Enum(['4', '8', '12'], { default: '4' })),
    size: Type.Optional(Type.Enum(['720x1280', '1280x720', '1024x1792', '1792x1024'], { default: '720x1280' })),
    input_reference: Type.Optional(
      Type.Unsafe<unknown>({
        description: 'The first frame: a file in a form, or `{"image_url": …}` with a URL or a data URI.',
      }),
    ),
  })
  return {
    OpenaiVideo: plain(OpenaiVideo),
    OpenaiVideoRequest: plain(OpenaiVideoRequest),
    OpenaiVideoRemix: plain(Type.Object({ prompt: text })),
    OpenaiVideos: {
      type: 'object',
      required: ['object', 'data', 'first_id', 'last_id', 'has_more'],
      properties: {
        object: { type: 'string', enum: ['list'] },
        data: { type: 'array', items: ref('OpenaiVideo') },
        first_id: plain(orNull(text)),
        last_id: plain(orNull(text)),
        has_more: { type: 'boolean' },
      },
    },
    OpenaiVideoDeleted: plain(Type.Object({ id: text, object: Type.Enum(['video.deleted']), deleted: Type.Boolean() })),
    OpenaiVideoError: plain(
      Type.Object({
        error: Type.Object({ message: text, type: text, param: orNull(text), code: orNull(text) }),
      }),
    ),
  }
}
