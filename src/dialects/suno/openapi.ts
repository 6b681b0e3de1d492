import { Type } from 'typebox'
import type { Operation } from '../../catalog/operation.ts'
import { suno as operations, sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  errorAnswers,
  idempotencyKey,
  inPath,
  inputName,
  inputSchema,
  jsonBody,
  PAID,
  plain,
  ref,
  replayed,
  USUAL,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../openapi.ts'
import { errorStatus } from '../relay-errors.ts'

const RELAY = 'Suno relay'
const FEED = 'Suno relay: feed'

/** The routes that relays speak for Suno, in OpenAPI. */
export async function describeSuno({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: RELAY,
        description:
          'Songs and lyrics as relays take them; a task made here is read at PiAPI’s routes, too. The key may come as `mj-api-secret`.',
      },
      { name: FEED, description: 'Suno’s own web API, as relays pass it on: clips in place of tasks.' },
    ],
    paths: { ...taskPaths(limits), ...feedPaths() },
    webhooks: { sunoTaskChanged: callback() },
    schemas: { ...inputs(), ...schemas() },
  }
}

const CREATING: readonly ErrorCode[] = [...PAID, 'task_not_found']
const READING: readonly ErrorCode[] = [...USUAL, 'task_not_found']

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, errorStatus, ref('SunoError'))
}

/** A route that makes a task: its body is the operation's input, with a place to say who is told. */
function asking(tag: string, operationId: string, operation: Operation, answered: JsonObject): JsonObject {
  const body = { allOf: [ref(inputName(operation)), ref('SunoHook')] }
  return {
    post: {
      operationId,
      summary: operation.title,
      tags: [tag],
      parameters: [idempotencyKey],
      requestBody: jsonBody(body, { example: { summary: operation.title, value: operation.example } }),
      responses: { '200': { ...answered, ...replayed }, ...failures(CREATING) },
    },
  }
}

function reading(tag: string, id: string, summary: string, parameters: Json[], answered: JsonObject): JsonObject {
  const responses = { '200': answered, ...failures([...READING, 'invalid_input']) }
  return { operationId: id, summary, tags: [tag], parameters, responses }
}

function taskPaths({ maxWaitSeconds }: DialectContext['limits']): ApiDescription['paths'] {
  const taken = answer('The id of the task.', enveloped({ type: 'string' }))
  const one = [inPath('id', 'The task.'), wait(maxWaitSeconds)]
  const ids = { type: 'array', maxItems: 1_000, items: { type: 'string' } }
  const many = jsonBody({ type: 'object', properties: { ids } })
  return {
    '/suno/submit/music': asking(RELAY, 'sunoSubmitMusic', sunoMusic, taken),
    '/suno/submit/lyrics': asking(RELAY, 'sunoSubmitLyrics', sunoLyrics, taken),
    '/suno/submit/concat': asking(RELAY, 'sunoSubmitConcat', sunoConcat, taken),
    '/suno/uploads/audio-url': asking(RELAY, 'sunoUploadByUrl', sunoUpload, taken),
    '/suno/fetch/{id}': {
      get: reading(RELAY, 'sunoFetch', 'Read a task', one, answer('The task as it is.', enveloped(ref('SunoTask')))),
    },
    '/suno/fetch': {
      post: {
        ...reading(
          RELAY,
          'sunoFetchMany',
          'Read many tasks',
          [],
          answer('Those that exist.', enveloped({ type: 'array', items: ref('SunoTask') })),
        ),
        requestBody: many,
      },
    },
    '/suno/task/{id}': {
      get: reading(
        RELAY,
        'sunoReadTask',
        'Read a task without its envelope',
        one,
        answer('The task as it is.', ref('SunoTask')),
      ),
    },
  }
}

function feedPaths(): ApiDescription['paths'] {
  const clip = answer('The clip, which is not made yet.', ref('SunoClip'))
  const clips = { type: 'array', items: ref('SunoClip') }
  const song = answer('The clips, which are not made yet.', ref('SunoGeneration'))
  const lyricsAsked = Type.Union([
    Type.Object({ id: Type.String() }),
    Type.Object({ lyrics_request_id: Type.String(), lyrics_a_id: Type.String(), lyrics_b_id: Type.String() }),
  ])
  return {
    '/suno/generate': asking(FEED, 'sunoGenerate', sunoMusic, song),
    '/suno/generate/description-mode': asking(FEED, 'sunoGenerateFromIdea', sunoMusic, song),
    '/suno/generate/lyrics': asking(
      FEED,
      'sunoGenerateLyrics',
      sunoLyrics,
      answer('The id of the lyrics; two where `lyrics_model` is named.', plain(lyricsAsked)),
    ),
    '/suno/generate/concat': asking(FEED, 'sunoGenerateConcat', sunoConcat, clip),
    '/suno/generate/concat/v2': asking(FEED, 'sunoGenerateConcatV2', sunoConcat, clip),
    '/suno/uploads/audio': asking(
      FEED,
      'sunoUploadAudio',
      sunoUpload,
      answer('The id of the task.', enveloped({ type: 'string' })),
    ),
    '/suno/feed/{ids}': {
      get: reading(
        FEED,
        'sunoFeed',
        'Read clips',
        [inPath('ids', 'Ids of clips or tasks, with commas between.')],
        answer('The clips; one that does not exist reads as failed.', clips),
      ),
    },
    '/suno/lyrics/{id}': {
      get: reading(
        FEED,
        'sunoLyrics',
        'Read lyrics',
        [inPath('id', 'The lyrics.')],
        answer('The lyrics as they are.', ref('SunoLyrics')),
      ),
    },
  }
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'sunoTaskChanged',
      summary: 'The status of a task has changed: notify_hook',
      tags: [RELAY],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('SunoTask')),
      responses: webhookAnswers,
    },
  }
}

function enveloped(data: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['code', 'message', 'data'],
    properties: { code: { type: 'string', const: 'success' }, message: { type: 'string', const: '' }, data },
  }
}

function inputs(): Record<string, JsonObject> {
  return Object.fromEntries(operations.map((operation) => [inputName(operation), inputSchema(operation)]))
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const Hook = Type.Object({
    notify_hook: Type.Optional(Type.String({ description: 'Who is told of every change of the status.' })),
  })
  const Metadata = Type.Object({
    tags: text,
    prompt: text,
    gpt_description_prompt: Type.Union([text, Type.Null()]),
    type: text,
    duration: Type.Union([Type.Number({ description: 'Seconds.' }), Type.Null()]),
    error_type: Type.Union([text, Type.Null()]),
    error_message: Type.Union([text, Type.Null()]),
  })
  const Clip = Type.Object({
    id: text,
    clip_id: text,
    task_id: text,
    status: Type.Enum(['submitted', 'queued', 'streaming', 'complete', 'error']),
    state: Type.Enum(['pending', 'running', 'succeeded', 'failed']),
    msg: Type.String({ description: 'Why it failed; empty otherwise.' }),
    title: text,
    mv: text,
    tags: text,
    prompt: Type.String({ description: 'The lyrics.' }),
    duration: Type.Number({ description: 'Seconds.' }),
    audio_url: Type.String({ description: 'The MP3; empty until it is done.' }),
    image_url: text,
    image_large_url: text,
    continue_clip_id: Type.Union([text, Type.Null()]),
    continue_at: Type.Union([Type.Number(), Type.Null()]),
    metadata: Metadata,
  })
  const Lyrics = Type.Object({
    id: text,
    text,
    title: text,
    tags: Type.Array(text),
    status: Type.Enum(['running', 'complete', 'error']),
    error_message: text,
  })
  const Task = Type.Object({
    task_id: text,
    notify_hook: text,
    action: Type.Enum(['MUSIC', 'LYRICS']),
    status: Type.Enum(['NOT_START', 'SUBMITTED', 'IN_PROGRESS', 'SUCCESS', 'FAILURE']),
    fail_reason: text,
    submit_time: Type.Integer({ description: 'Unix seconds.' }),
    start_time: Type.Integer({ description: 'Unix seconds; 0 until then.' }),
    finish_time: Type.Integer({ description: 'Unix seconds; 0 until then.' }),
    progress: Type.String({ examples: ['0%', '100%'] }),
    data: Type.Union([Type.Array(ref('SunoClip')), ref('SunoLyrics'), Type.Null()], {
      description: 'Clips or lyrics; null until the task has succeeded.',
    }),
  })
  const Generation = Type.Object({
    id: Type.String({ description: 'The task.' }),
    clips: Type.Array(ref('SunoClip')),
    status: text,
    created_at: text,
    batch_size: Type.Integer(),
  })
  const Failure = Type.Object({
    code: text,
    message: text,
    data: Type.Null(),
    error: Type.Object({ message: text, type: text, code: text }),
  })
  const named = { Hook, Clip, Lyrics, Task, Generation, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Suno${name}`, plain(schema)]))
}
