import { Type } from 'typebox'
import { hailuoVideo } from '../../catalog/hailuo.ts'
import { minimaxVideo } from '../../catalog/minimax.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
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
import { errorStatus } from './errors.ts'
import { operationsAtOnce, schemasAtOnce } from './openapi-at-once.ts'
import { MODELS } from './to-task.ts'

const TAG = 'MiniMax'
const EXAMPLE = {
  model: 'MiniMax-Hailuo-2.3',
  prompt: 'a clockmaker leans over his bench [Push in]',
  duration: 6,
  resolution: '768P',
}
const EXAMPLE_2 = {
  model: 'MiniMax-H3',
  content: [{ type: 'text', text: 'a market at dawn, voices and bells' }],
  resolution: '768P',
  duration: 5,
  ratio: '16:9',
}
const NOT_SERVED: readonly ErrorCode[] = ['not_found']

export type Descriptions = ReturnType<typeof operationsOf>

/** MiniMax's API, in OpenAPI. Errors are answers 200 whose `status_code` is not 0. */
export async function describeMinimax({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'MiniMax’s videos, speech, music and pictures, below `/minimax` as relays serve it, and at its own paths. An error is answered 200, with a `base_resp.status_code` other than 0.',
      },
    ],
    operations: operationsOf(limits),
    below: idsBelow((key, prefix) => (prefix === '' ? key.replace('minimax', 'minimaxBare') : key)),
    webhooks: { minimaxTaskChanged: callback() },
    schemas: { ...schemas(), ...schemasAtOnce() },
  }
}

function operationsOf({ maxWaitSeconds }: DialectContext['limits']) {
  const fileId = inQuery('file_id', { type: 'string' }, 'The file that a query named.', true)
  const taskId = inQuery('task_id', { type: 'string' }, 'The task.', true)
  const bytes = {
    description: 'The file, with ranges, or an error.',
    content: { 'video/mp4': {}, 'application/json': { schema: ref('MinimaxError') } },
  }
  return {
    minimaxCreateVideo: {
      summary: hailuoVideo.title,
      tags: [TAG],
      parameters: [idempotencyKey],
      requestBody: jsonBody(ref('MinimaxVideo'), { example: { summary: hailuoVideo.title, value: EXAMPLE } }),
      responses: {
        '200': { ...answerOrError('The task, or an error.', 'MinimaxCreated'), ...replayed },
        ...notServed(),
      },
    },
    minimaxCreateVideo2: {
      summary: minimaxVideo.title,
      tags: [TAG],
      parameters: [idempotencyKey],
      requestBody: jsonBody(ref('MinimaxVideo2'), { example: { summary: minimaxVideo.title, value: EXAMPLE_2 } }),
      responses: {
        '200': { ...answer('The task.', ref('MinimaxCreated')), ...replayed },
        ...secondErrors([...PAID]),
      },
    },
    minimaxQuery2: {
      summary: 'Read a task of the second version',
      tags: [TAG],
      parameters: [inPath('id', 'The task.'), wait(maxWaitSeconds)],
      responses: {
        '200': answer('The task as it is.', ref('MinimaxTask2')),
        ...secondErrors([...COMMON_ERRORS, 'invalid_input', 'task_not_found']),
      },
    },
    minimaxQuery: reading(
      'Read a task',
      [taskId, wait(maxWaitSeconds)],
      answerOrError('The task as it is, or an error.', 'MinimaxTask'),
    ),
    minimaxRetrieveFile: reading(
      'Read where a file is',
      [fileId],
      answerOrError('The file, or an error.', 'MinimaxFile'),
    ),
    minimaxFile: reading('Download a file', [fileId], bytes),
    ...operationsAtOnce({
      tag: TAG,
      notServed: notServed(),
      byTask: [taskId, wait(maxWaitSeconds)],
      byFile: [fileId],
    }),
  }
}

function reading(summary: string, parameters: Json[], answered: JsonObject): JsonObject {
  return { summary, tags: [TAG], parameters, responses: { '200': answered, ...notServed() } }
}

function answerOrError(description: string, schema: string): JsonObject {
  return answer(description, { anyOf: [ref(schema), ref('MinimaxError')] })
}

/** The second version says by the status what is wrong. */
function secondErrors(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, ({ status }) => status, ref('MinimaxError2'))
}

function notServed(): JsonObject {
  return errorAnswers(NOT_SERVED, errorStatus, ref('MinimaxError'))
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'minimaxTaskChanged',
      summary: 'The status of a task has changed: callback_url',
      tags: [TAG],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('MinimaxCallback')),
      responses: webhookAnswers,
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const base_resp = Type.Object({
    status_code: Type.Integer({ description: '0, or the code of an error.' }),
    status_msg: text,
  })
  const task = {
    task_id: text,
    file_id: Type.String({ description: 'Empty until it is done.' }),
    video_width: Type.Integer(),
    video_height: Type.Integer(),
    base_resp,
  }
  const picture = Type.Optional(Type.String({ description: 'A URL, a data URI or base64.' }))
  const named = {
    Video: Type.Object({
      model: Type.Enum(Object.keys(MODELS)),
      prompt: Type.Optional(Type.String({ maxLength: 2_000 })),
      first_frame_image: picture,
      last_frame_image: picture,
      subject_reference: Type.Optional(Type.Array(Type.Object({ type: text, image: Type.Array(text) }))),
      duration: Type.Optional(Type.Enum([6, 10])),
      resolution: Type.Optional(Type.Enum(['720P', '768P', '1080P'])),
      prompt_optimizer: Type.Optional(Type.Boolean()),
      callback_url: Type.Optional(
        Type.String({
          description:
            'The URL that is notified of each change of the status. It is first sent `{"challenge": "…"}`, and has to answer the same within 3 seconds.',
        }),
      ),
    }),
    Created: Type.Object({ task_id: text, base_resp }),
    Task: Type.Object({ ...task, status: Type.Enum(['Preparing', 'Queueing', 'Processing', 'Success', 'Fail']) }),
    Callback: Type.Object({
      task_id: text,
      file_id: task.file_id,
      video_width: Type.Optional(Type.Integer()),
      video_height: Type.Optional(Type.Integer()),
      base_resp,
      status: Type.Enum(['processing', 'success', 'failed']),
    }),
    File: Type.Object({
      file: Type.Object({
        file_id: text,
        bytes: Type.Integer(),
        created_at: Type.Integer({ description: 'Unix seconds.' }),
        filename: text,
        purpose: text,
        download_url: text,
      }),
      base_resp,
    }),
    Error: Type.Object({ base_resp }),
    Video2: Type.Object({
      model: Type.Enum(['MiniMax-H3']),
      content: Type.Array(
        Type.Object({
          type: Type.Enum(['text', 'image_url', 'video_url', 'audio_url']),
          text: Type.Optional(text),
          image_url: Type.Optional(Type.Object({ url: text })),
          video_url: Type.Optional(Type.Object({ url: text })),
          audio_url: Type.Optional(Type.Object({ url: text })),
          role: Type.Optional(
            Type.Enum([
              ...['first_frame', 'last_frame', 'base_video'],
              ...['reference_image', 'reference_video', 'reference_audio'],
            ]),
          ),
        }),
      ),
      resolution: Type.Optional(Type.Enum(['768P', '2K'])),
      duration: Type.Optional(Type.Integer({ minimum: 5, maximum: 15 })),
      ratio: Type.Optional(Type.Enum(['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'])),
      callback_url: Type.Optional(text),
    }),
    Task2: Type.Object({
      task: Type.Object({
        id: text,
        model: text,
        status: Type.Enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
        task_type: text,
        modality: text,
        created_at: Type.Integer({ description: 'Unix seconds.' }),
        updated_at: Type.Integer({ description: 'Unix seconds.' }),
        content: Type.Optional(Type.Object({ url: text })),
        usage: Type.Optional(Type.Object({ output_seconds: Type.Number() })),
        resolution: text,
        duration: Type.Integer(),
        ratio: text,
        error: Type.Optional(Type.Object({ code: text, message: text })),
      }),
    }),
    Error2: Type.Object({
      type: Type.Enum(['error']),
      error: Type.Object({ type: text, message: text, http_code: text }),
      request_id: text,
    }),
  }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Minimax${name}`, plain(schema)]))
}
