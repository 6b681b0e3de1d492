import { Type } from 'typebox'
import { minimaxMusic, minimaxSpeech } from '../../catalog/minimax-audio.ts'
import { minimaxImage } from '../../catalog/minimax-image.ts'
import type { Operation } from '../../catalog/operation.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import {
  answer,
  idempotencyKey,
  inputName,
  inputSchema,
  inQuery,
  jsonBody,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { PICTURE_FORMS, SOUND_FORMS } from './at-once.ts'
import { TEXT_PURPOSE } from './files.ts'

/** The routes that make speech, music and pictures, in OpenAPI. */

interface Shared {
  tag: string
  /** Answers with a status of their own. */
  notServed: JsonObject
  /** The parameters of a query by the id of a task. */
  byTask: Json[]
  byFile: Json[]
}

export function operationsAtOnce({ tag, notServed, byTask, byFile }: Shared) {
  const making = (operation: Operation, beside: string, ok: JsonObject): JsonObject => ({
    summary: operation.title,
    tags: [tag],
    parameters: [idempotencyKey],
    requestBody: jsonBody(
      { allOf: [ref(inputName(operation)), ref(beside)] },
      { example: { summary: operation.title, value: operation.example } },
    ),
    responses: { '200': { ...ok, ...replayed }, ...notServed },
  })
  const orError = (schema: string): JsonObject => ({ anyOf: [ref(schema), ref('MinimaxError')] })
  const sound = answer('The sound, or an error; with `stream`, events that carry it piece by piece.', {
    anyOf: [ref('MinimaxSound'), ref('MinimaxError')],
  })
  const streamed: JsonObject = {
    ...sound,
    content: { ...(sound.content as JsonObject), 'text/event-stream': { schema: { type: 'string' } } },
  }
  return {
    minimaxSpeech: making(minimaxSpeech, 'MinimaxSpeechAnswer', streamed),
    minimaxMusic: making(minimaxMusic, 'MinimaxMusicAnswer', streamed),
    minimaxImage: making(
      minimaxImage,
      'MinimaxImageAnswer',
      answer('The pictures, or an error.', orError('MinimaxImages')),
    ),
    minimaxAsyncSpeech: making(
      minimaxSpeech,
      'MinimaxAsyncSpeechFields',
      answer('The task, or an error.', orError('MinimaxCreatedSpeech')),
    ),
    minimaxQuerySpeech: {
      summary: 'Read a task that makes speech',
      tags: [tag],
      parameters: byTask,
      responses: { '200': answer('The task as it is, or an error.', orError('MinimaxSpeechTask')), ...notServed },
    },
    ...fileOperations({ tag, notServed }),
    minimaxFileContent: {
      summary: 'Download a file',
      tags: [tag],
      parameters: byFile,
      responses: {
        '200': {
          description: 'The file, with ranges, or an error.',
          content: { 'video/mp4': {}, 'audio/mpeg': {}, 'application/json': { schema: ref('MinimaxError') } },
        },
        ...notServed,
      },
    },
  }
}

/** Files that clients upload. */
function fileOperations({ tag, notServed }: Pick<Shared, 'tag' | 'notServed'>) {
  const purpose = { type: 'string', enum: [TEXT_PURPOSE] }
  const route = (summary: string, schema: string, rest: JsonObject): JsonObject => ({
    summary,
    tags: [tag],
    responses: { '200': answer('Done, or an error.', { anyOf: [ref(schema), ref('MinimaxError')] }), ...notServed },
    ...rest,
  })
  const form = {
    type: 'object',
    required: ['purpose', 'file'],
    properties: {
      purpose,
      file: { type: 'string', contentMediaType: 'application/octet-stream', description: 'A text in UTF-8.' },
    },
  }
  return {
    minimaxUpload: route('Upload a text to speak', 'MinimaxUploaded', {
      requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } },
    }),
    minimaxFiles: route('List the files that were uploaded', 'MinimaxUploads', {
      parameters: [inQuery('purpose', purpose, 'What they are for.', true)],
    }),
    minimaxDeleteFile: route('Delete a file that was uploaded', 'MinimaxDeleted', {
      requestBody: jsonBody(ref('MinimaxDeletion')),
    }),
  }
}

export function schemasAtOnce(): Record<string, JsonObject> {
  const text = Type.String()
  const integer = Type.Integer()
  const flag = Type.Optional(Type.Boolean())
  const base_resp = Type.Object({ status_code: integer, status_msg: text })
  const upload = Type.Object({
    file_id: text,
    bytes: integer,
    created_at: Type.Integer({ description: 'Unix seconds.' }),
    filename: text,
    purpose: text,
  })
  const streaming = {
    stream: flag,
    stream_options: Type.Optional(Type.Object({ exclude_aggregated_audio: flag })),
    output_format: Type.Optional(Type.Enum([...SOUND_FORMS])),
  }
  const named = {
    SpeechAnswer: Type.Object({ ...streaming, subtitle_enable: flag }),
    MusicAnswer: Type.Object({
      ...streaming,
      audio_setting: Type.Optional(
        Type.Object({
          format: Type.Optional(Type.Enum(['mp3'])),
          sample_rate: Type.Optional(Type.Enum([44_100])),
          bitrate: Type.Optional(Type.Enum([256_000])),
        }),
      ),
    }),
    ImageAnswer: Type.Object({ response_format: Type.Optional(Type.Enum([...PICTURE_FORMS])) }),
    AsyncSpeechFields: Type.Object({
      callback_url: Type.Optional(text),
      text_file_id: Type.Optional(Type.String({ description: 'A file that was uploaded, in place of `text`.' })),
    }),
    Uploaded: Type.Object({ file: upload, base_resp }),
    Uploads: Type.Object({ files: Type.Array(upload), base_resp }),
    Deletion: Type.Object({ file_id: text, purpose: Type.Optional(Type.Enum([TEXT_PURPOSE])) }),
    Deleted: Type.Object({ file_id: text, base_resp }),
    Sound: Type.Object({
      data: Type.Object({
        audio: Type.String({ description: 'The file in hexadecimal, or its URL.' }),
        status: Type.Integer({ description: '2: it is done. Within a stream, 1.' }),
      }),
      extra_info: Type.Object({
        audio_length: Type.Optional(Type.Integer({ description: 'Milliseconds.' })),
        audio_sample_rate: Type.Optional(integer),
        audio_size: Type.Optional(Type.Integer({ description: 'Bytes.' })),
        audio_format: Type.Optional(text),
        audio_channel: Type.Optional(integer),
        bitrate: Type.Optional(integer),
        usage_characters: Type.Optional(integer),
        word_count: Type.Optional(integer),
        music_duration: Type.Optional(Type.Integer({ description: 'Milliseconds.' })),
        music_sample_rate: Type.Optional(integer),
        music_channel: Type.Optional(integer),
        music_size: Type.Optional(Type.Integer({ description: 'Bytes.' })),
      }),
      trace_id: text,
      base_resp,
    }),
    Images: Type.Object({
      id: text,
      data: Type.Object({
        image_urls: Type.Optional(Type.Array(text)),
        image_base64: Type.Optional(Type.Array(text)),
      }),
      metadata: Type.Object({ success_count: text, failed_count: text }),
      base_resp,
    }),
    CreatedSpeech: Type.Object({
      task_id: text,
      task_token: Type.String({ description: 'Always empty.' }),
      file_id: text,
      usage_characters: integer,
      base_resp,
    }),
    SpeechTask: Type.Object({
      task_id: text,
      status: Type.Enum(['Processing', 'Success', 'Failed']),
      file_id: text,
      base_resp,
    }),
  }
  const inputs = [minimaxSpeech, minimaxMusic, minimaxImage].map((one) => [inputName(one), inputSchema(one)])
  return {
    ...Object.fromEntries(inputs),
    ...Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Minimax${name}`, plain(schema)])),
  }
}
