import { Type } from 'typebox'
import { udioMusic } from '../../catalog/udio.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
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

const TAG = 'Udio relay'
const CREATING: readonly ErrorCode[] = [...PAID, 'task_not_found']
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'invalid_input', 'task_not_found']

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes that relays have for Udio, in OpenAPI. */
export async function describeUdio({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description: 'Songs in the format of relays for Udio; a task created here can be read in other protocols, too.',
      },
    ],
    operations: operationsOf(limits),
    webhooks: {
      udioTaskChanged: {
        post: {
          operationId: 'udioTaskChanged',
          summary: 'A task has changed: notify_hook',
          tags: [TAG],
          security: [],
          parameters: webhookHeaders,
          requestBody: jsonBody(ref('UdioTask')),
          responses: webhookAnswers,
        },
      },
    },
    schemas: schemas(),
  }
}

function operationsOf({ maxWaitSeconds }: DialectContext['limits']) {
  const failures = (codes: readonly ErrorCode[]) => errorAnswers(codes, errorStatus, ref('UdioError'))
  const creation = (answered: JsonObject) => ({
    summary: udioMusic.title,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: jsonBody(ref('UdioRequest')),
    responses: { '200': { ...answered, ...replayed }, ...failures(CREATING) },
  })
  const reading = (summary: string, schema: JsonObject, parameters: Json[]) => ({
    summary,
    tags: [TAG],
    parameters,
    responses: { '200': answer(summary, schema), ...failures(READING) },
  })
  return {
    udioSubmit: creation(answer('The id of the task.', enveloped({ type: 'string' }))),
    udioGenerate: creation(answer('The ids of the songs.', ref('UdioGeneration'))),
    udioFetch: reading('A task', enveloped(ref('UdioTask')), [inPath('id', 'The task.'), wait(maxWaitSeconds)]),
    udioQuery: reading('Songs by their ids', ref('UdioSongs'), [
      inQuery('ids', { type: 'string' }, 'Ids of songs or tasks, with commas between.', true),
    ]),
  }
}

function enveloped(data: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['code', 'message', 'data'],
    properties: { code: { type: 'string', const: 'success' }, message: { type: 'string', const: '' }, data },
  }
}

/** Names of PiAPI's for what `gen_params` calls otherwise. */
const RENAMED = ['gpt_description_prompt', 'prompt', 'negative_tags', 'continue_song_id', 'continue_at', 'lyrics_type']

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const nullable = Type.Union([text, Type.Null()])
  const { properties } = inputSchema(udioMusic) as { properties: JsonObject }
  const params = {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string', description: 'The idea; with lyrics of your own, the style.' },
      lyrics_type: { type: 'string', enum: ['generate', 'user', 'instrumental'] },
      negative_prompt: { type: 'string' },
      ...Object.fromEntries(Object.entries(properties).filter(([name]) => !RENAMED.includes(name))),
    },
  }
  const hook = { type: 'string', description: 'The URL that is notified of every change.' }
  const Song = Type.Object({
    id: text,
    title: text,
    artist: text,
    tags: Type.Array(text),
    lyrics: text,
    prompt: text,
    duration: Type.Number({ description: 'Seconds; 0 until it is there.' }),
    finished: Type.Boolean(),
    song_path: Type.String({ description: 'The MP3; empty until it is there.' }),
    image_path: text,
    video_path: Type.Null(),
    created_at: text,
    error_id: Type.Null(),
    error_type: nullable,
    error_code: Type.Null(),
    error_detail: nullable,
    generation_id: text,
    attribution: Type.Null(),
    publishable: Type.Null(),
    artist_image: Type.Null(),
    replaced_tags: Type.Object({}),
  })
  const Songs = Type.Object({ songs: Type.Array(ref('UdioSong')) })
  const Task = Type.Object(relayTaskMembers(['udio-generate'], ref('UdioSongs')))
  const Failure = Type.Object({
    code: text,
    message: text,
    data: Type.Null(),
    error: Type.Object({ message: text, type: text, code: text }),
  })
  return {
    UdioRequest: {
      type: 'object',
      required: ['gen_params'],
      properties: { gen_params: params, notify_hook: hook },
    },
    UdioGeneration: plain(Type.Object({ message: text, generation_id: text, track_ids: Type.Array(text) })),
    UdioSong: plain(Song),
    UdioSongs: plain(Songs),
    UdioTask: plain(Task),
    UdioError: plain(Failure),
  }
}
