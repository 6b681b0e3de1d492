import { type TSchema, Type } from 'typebox'
import type { Operation } from '../../catalog/operation.ts'
import { suno as songs, sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { sunoPersona, sunoTags, sunoTools } from '../../catalog/suno-tools.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import { MAX_LISTED_IDS } from '../kit/listed-ids.ts'
import {
  answer,
  BODY_ERRORS,
  COMMON_ERRORS,
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
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from '../shared/relay-errors.ts'
import { relayTaskMembers } from '../shared/relay-task.ts'

const operations = [...songs, ...sunoTools]

const RELAY = 'Suno relay'
const FEED = 'Suno relay: feed'

export type Descriptions = ReturnType<typeof operationsOf>

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
    operations: operationsOf(limits),
    webhooks: { sunoTaskChanged: callback() },
    schemas: { ...inputs(), ...schemas() },
  }
}

function operationsOf(limits: DialectContext['limits']) {
  return { ...taskOperations(limits), ...feedOperations(), ...uploadOperations(), ...clipOperations() }
}

const CREATING: readonly ErrorCode[] = [...PAID, 'task_not_found']
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found']

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, errorStatus, ref('SunoError'))
}

/** A route that makes a task: its body is the operation's input, with a field for the URL of the webhook. */
function creation(tag: string, operation: Operation, answered: JsonObject): JsonObject {
  const body = { allOf: [ref(inputName(operation)), ref('SunoHook')] }
  return {
    summary: operation.title,
    tags: [tag],
    parameters: [idempotencyKey],
    requestBody: jsonBody(body, { example: { summary: operation.title, value: operation.example } }),
    responses: { '200': { ...answered, ...replayed }, ...failures(CREATING) },
  }
}

function reading(
  tag: string,
  summary: string,
  parameters: Json[],
  answered: JsonObject,
  codes: readonly ErrorCode[] = ['invalid_input'],
): JsonObject {
  const responses = { '200': answered, ...failures([...READING, ...codes]) }
  return { summary, tags: [tag], parameters, responses }
}

function taskOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const taken = answer('The id of the task.', enveloped({ type: 'string' }))
  const one = [inPath('id', 'The task.'), wait(maxWaitSeconds)]
  const ids = { type: 'array', maxItems: MAX_LISTED_IDS, items: { type: 'string' } }
  const many = jsonBody({ type: 'object', properties: { ids } })
  return {
    sunoSubmitMusic: creation(RELAY, sunoMusic, taken),
    sunoSubmitLyrics: creation(RELAY, sunoLyrics, taken),
    sunoSubmitConcat: creation(RELAY, sunoConcat, taken),
    sunoUploadByUrl: creation(RELAY, sunoUpload, taken),
    sunoFetch: reading(RELAY, 'Read a task', one, answer('The task as it is.', enveloped(ref('SunoTask')))),
    sunoFetchMany: {
      ...reading(
        RELAY,
        'Read many tasks',
        [],
        answer('Those that exist.', enveloped({ type: 'array', items: ref('SunoTask') })),
        BODY_ERRORS,
      ),
      requestBody: many,
    },
    sunoReadTask: reading(
      RELAY,
      'Read a task without its envelope',
      one,
      answer('The task as it is.', ref('SunoTask')),
    ),
  }
}

function feedOperations() {
  const clip = answer('The clip, which is not finished yet.', ref('SunoClip'))
  const clips = { type: 'array', items: ref('SunoClip') }
  const song = answer('The clips, which are not finished yet.', ref('SunoGeneration'))
  const createdLyrics = Type.Union([
    Type.Object({ id: Type.String() }),
    Type.Object({ lyrics_request_id: Type.String(), lyrics_a_id: Type.String(), lyrics_b_id: Type.String() }),
  ])
  return {
    sunoGenerate: creation(FEED, sunoMusic, song),
    sunoGenerateFromIdea: creation(FEED, sunoMusic, song),
    sunoGenerateLyrics: creation(
      FEED,
      sunoLyrics,
      answer('The id of the lyrics; two where `lyrics_model` is named.', plain(createdLyrics)),
    ),
    sunoGenerateConcat: creation(FEED, sunoConcat, clip),
    sunoGenerateConcatV2: creation(FEED, sunoConcat, clip),
    sunoFeed: reading(
      FEED,
      'Read clips',
      [inPath('ids', 'Ids of clips or tasks, with commas between.')],
      answer('The clips; one that does not exist reads as failed.', clips),
    ),
    sunoLyrics: reading(
      FEED,
      'Read lyrics',
      [inPath('id', 'The lyrics.')],
      answer('The lyrics as they are.', ref('SunoLyrics')),
    ),
  }
}

/** The upload in steps. */
function uploadOperations() {
  const id = inPath('id', 'The upload.')
  const state = answer('The upload as it is.', ref('SunoUpload'))
  const place = answer('The URL to upload to; with `url`, the id of the task.', {
    anyOf: [ref('SunoUploadPlace'), enveloped({ type: 'string' })],
  })
  const form = { type: 'object', required: ['signature', 'file'], properties: { signature: {}, file: {} } }
  const step = (summary: string, body: JsonObject, answered: JsonObject): JsonObject => ({
    ...reading(FEED, summary, [id], answered),
    requestBody: jsonBody(body),
  })
  return {
    sunoUploadAudio: {
      summary: 'Request a URL to upload to, or import by URL',
      tags: [FEED],
      parameters: [],
      requestBody: jsonBody({
        type: 'object',
        properties: { extension: { type: 'string' }, url: { type: 'string' } },
      }),
      responses: { '200': place, ...failures(CREATING) },
    },
    sunoUploadForm: {
      summary: 'Send the file, with the fields that came with the URL',
      tags: [FEED],
      security: [],
      parameters: [id],
      requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } },
      responses: {
        '204': { description: 'Received.' },
        ...failures([
          ...(['internal', 'store_unavailable', 'storage_full', 'malformed_body', 'invalid_input'] as const),
          ...(['forbidden', 'task_not_found', 'payload_too_large', 'unsupported_media'] as const),
        ]),
      },
    },
    sunoUploadState: reading(FEED, 'Read an upload', [id], state),
    sunoUploadFinish: step(
      'Say that the file was sent',
      { type: 'object', properties: { upload_type: { type: 'string' }, upload_filename: { type: 'string' } } },
      state,
    ),
    sunoUploadClip: step(
      'Make a clip of the upload; the same one however often it is requested',
      { type: 'object' },
      answer('The clip.', plain(Type.Object({ clip_id: Type.String() }))),
    ),
  }
}

/** What is made of a clip. A GET leads to one task however often it is requested; a failure is tried again after a minute. */
function clipOperations() {
  const clip = inPath('id', 'The clip.')
  const toolReading = (summary: string, answered: JsonObject): JsonObject => ({
    summary,
    tags: [RELAY],
    parameters: [clip],
    responses: { '200': answered, ...failures([...CREATING, 'vendor_refused', 'timed_out']) },
  })
  const taskId = answer('The id of the task.', enveloped({ type: 'string' }))
  const toolCreation = (operation: Operation, answered: JsonObject): JsonObject => ({
    ...creation(RELAY, operation, answered),
    responses: { '200': answered, ...failures([...CREATING, 'vendor_refused', 'timed_out']) },
  })
  return {
    sunoPersonaCreate: toolCreation(sunoPersona, answer('The persona.', ref('SunoPersona'))),
    sunoStems: toolReading('Split a clip', answer('Its tracks, in their current state.', ref('SunoStems'))),
    sunoTiming: toolReading('Read when each word is sung', answer('The words.', ref('SunoTiming'))),
    sunoMidi: toolReading('Read the notes of a track', answer('The notes.', ref('SunoMidi'))),
    sunoWav: toolReading('Make a WAV of a clip', taskId),
    sunoMp4: toolReading('Make a video of a clip', taskId),
    sunoTags: toolCreation(sunoTags, answer('The style in more words.', ref('SunoTags'))),
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
    notify_hook: Type.Optional(Type.String({ description: 'The URL to which every change of the status is posted.' })),
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
    msg: Type.String({ description: 'Why it failed; empty if it did not.' }),
    title: text,
    mv: text,
    tags: text,
    prompt: Type.String({ description: 'The lyrics.' }),
    duration: Type.Number({ description: 'Seconds.' }),
    audio_url: Type.String({
      description:
        'The MP3; while the clip is streaming, what there is of it so far, if its provider shows that. Empty before.',
    }),
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
  const data = Type.Union(
    [
      Type.Array(ref('SunoClip')),
      ref('SunoLyrics'),
      Type.Array(ref('SunoMade')),
      ref('SunoPersona'),
      Type.Object({}),
      Type.Null(),
    ],
    { description: 'Clips, lyrics, or the result of a tool; null until the task has succeeded.' },
  )
  const Task = Type.Object(relayTaskMembers(['MUSIC', 'LYRICS'], data))
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
  const named = { Hook, Clip, Lyrics, Task, Generation, ...toolSchemas(), Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Suno${name}`, plain(schema)]))
}

/** What is made of clips, and uploads. */
function toolSchemas(): Record<string, TSchema> {
  const text = Type.String()
  const Made = Type.Object({
    id: text,
    clip_id: text,
    status: text,
    wav_url: Type.Optional(text),
    audio_url: Type.Optional(text),
    video_url: Type.Optional(text),
    duration: Type.Number({ description: 'Seconds.' }),
  })
  const Persona = Type.Object({
    id: Type.String({ description: 'What a song takes as `persona_id`.' }),
    name: text,
    description: text,
    image_s3_id: text,
    root_clip_id: text,
    clip: Type.Union([ref('SunoClip'), Type.Null()]),
    persona_clips: Type.Array(Type.Object({ clip: ref('SunoClip') })),
    is_public: Type.Boolean(),
  })
  const Word = Type.Object({
    word: text,
    success: Type.Boolean(),
    start_s: Type.Number(),
    end_s: Type.Number(),
    p_align: Type.Number(),
  })
  const Timing = Type.Object({
    aligned_words: Type.Array(Word),
    waveform_data: Type.Array(Type.Number()),
    hoot_cer: Type.Number(),
    is_streamed: Type.Boolean(),
  })
  const Note = Type.Object({ pitch: Type.Number(), start: Type.Number(), end: Type.Number(), velocity: Type.Number() })
  const Midi = Type.Object({
    state: Type.Enum(['running', 'complete']),
    instruments: Type.Optional(Type.Array(Type.Object({ name: text, notes: Type.Array(Note) }))),
    midi_url: Type.Optional(Type.String({ description: 'The same as a MIDI file, where its provider makes one.' })),
  })
  const Tags = Type.Object({ upsampled_tags: text, request_id: text })
  const Stems = Type.Object({ clips: Type.Array(ref('SunoClip')) })
  const Upload = Type.Object({
    id: text,
    status: Type.Enum(['processing', 'complete']),
    error_message: Type.Null(),
    s3_id: text,
    title: text,
    image_url: text,
  })
  const UploadPlace = Type.Object({
    id: text,
    url: Type.String({ description: 'The URL of the form; it needs no key.' }),
    fields: Type.Object({
      'Content-Type': text,
      key: text,
      AWSAccessKeyId: text,
      policy: text,
      signature: text,
    }),
    is_file_uploaded: Type.Boolean(),
  })
  return { Made, Persona, Timing, Midi, Tags, Stems, Upload, UploadPlace }
}
