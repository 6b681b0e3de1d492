import { type TProperties, Type } from 'typebox'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext, NamedOperation } from '../dialect.ts'
import { MAX_LISTED_IDS } from '../kit/listed-ids.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  inPath,
  jsonBody,
  PAID,
  plain,
  plainFailure,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from './errors.ts'

const TAG = 'Midjourney relay'
const SPEEDS = 'Midjourney relay: with a speed'

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes that relays speak for Midjourney, in OpenAPI: bare, and below a speed. */
export async function describeMidjourney({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Pictures as midjourney-proxy and its relays take them; a task made here is read at PiAPI’s routes, too. The key may come as `mj-api-secret`.',
      },
      { name: SPEEDS, description: 'The same routes; the path says how fast: `relax`, `fast` or `turbo`.' },
    ],
    operations: operationsOf(limits),
    below: (prefix, operation) => (prefix === '/mj-:speed/mj' ? withSpeed(operation) : operation),
    webhooks: { midjourneyTaskChanged: callback() },
    schemas: schemas(),
  }
}

const CREATING: readonly ErrorCode[] = [...PAID, 'task_not_found']
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found', 'invalid_input']

function failures(codes: readonly ErrorCode[]): JsonObject {
  // One body a status: the form of the protocol's own errors, and OpenAI's where a relay has that.
  return errorAnswers(codes, errorStatus, ref('MidjourneyError'))
}

/** The same operation where the path names a speed, too. */
function withSpeed({ operationId, parameters, ...operation }: NamedOperation): NamedOperation {
  const speed = { ...inPath('speed', 'How fast.'), schema: { type: 'string', enum: ['relax', 'fast', 'turbo'] } }
  return {
    ...operation,
    operationId: operationId.replace('midjourney', 'midjourneyWithSpeed'),
    tags: [SPEEDS],
    parameters: [speed, ...(parameters as Json[])], // as `operation` writes them
  }
}

const operation = (summary: string, parameters: Json[], responses: JsonObject): JsonObject => ({
  summary,
  tags: [TAG],
  parameters,
  responses,
})

function operationsOf(limits: DialectContext['limits']) {
  return { ...submitOperations(), ...taskOperations(limits), midjourneyImage: picture() }
}

/** What takes a body and makes a task of it. */
function submitOperations() {
  const taken = answer(
    'Accepted: the id of the task; with code 21, the id of a window that waits for an answer.',
    ref('MidjourneyAnswer'),
  )
  const submit = (summary: string, body: keyof typeof BODIES): JsonObject => ({
    ...operation(summary, [idempotencyKey], { '200': { ...taken, ...replayed }, ...failures(CREATING) }),
    requestBody: jsonBody(ref(`Midjourney${body}`)),
  })
  return {
    midjourneySubmitImagine: submit('Make four pictures from a prompt', 'Imagine'),
    midjourneySubmitChange: submit('Take out, vary or remake pictures of a grid', 'Change'),
    midjourneySubmitSimpleChange: submit('The same as text: `ID U2`, `ID V3`, `ID R`', 'SimpleChange'),
    midjourneySubmitAction: submit('Press a button of a task', 'Action'),
    midjourneySubmitModal: submit('Answer the window that a button opened', 'Modal'),
    midjourneySubmitBlend: submit('Blend two to five pictures', 'Blend'),
    midjourneySubmitDescribe: submit('Write four prompts that describe a picture', 'Describe'),
    midjourneySubmitShorten: submit('Write five shorter prompts', 'Shorten'),
    midjourneySubmitEdits: submit('Change any picture by a prompt', 'Edits'),
    midjourneySubmitEdit: submit('Change any picture by a prompt (another spelling)', 'Edits'),
    midjourneySubmitRetexture: submit('Restyle a picture and keep its shapes', 'Retexture'),
    midjourneySubmitVideo: submit('Set a picture in motion, or make a video longer', 'Video'),
    midjourneyFaceSwap: submit('Swap the face in a picture', 'Swap'),
    midjourneyFaceSwapVideo: submit('Swap the face in a video; as a form or as JSON', 'VideoSwap'),
    midjourneyUploadPictures: {
      ...operation('Keep pictures, for a day or so', [], {
        '200': answer('The URLs of the pictures.', ref('MidjourneyUploaded')),
        ...failures([...READING, 'unsupported_media', 'payload_too_large', 'storage_full']),
      }),
      requestBody: jsonBody(ref('MidjourneyPictures')),
    },
    midjourneySubmitShow: operation(
      'Not supported: jobs of Midjourney’s own cannot be taken over',
      [],
      failures([...COMMON_ERRORS, 'unknown_operation']),
    ),
  }
}

function taskOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const one = inPath('id', 'The task, or the window that it came of.')
  const tasks = answer('The tasks.', { type: 'array', items: ref('MidjourneyTask') })
  const many = {
    ...operation('Read many tasks', [], { '200': tasks, ...failures(READING) }),
    requestBody: jsonBody(ref('MidjourneyIds')),
  }
  return {
    midjourneyFetchTask: operation('Read a task', [one, wait(maxWaitSeconds)], {
      '200': answer('The task as it is.', ref('MidjourneyTask')),
      ...failures(READING),
    }),
    midjourneyListByCondition: many,
    midjourneyListByIds: many,
    midjourneyListTasks: operation('List the newest hundred tasks', [], { '200': tasks, ...failures(COMMON_ERRORS) }),
    midjourneyListQueue: operation('List what waits for its turn', [], { '200': tasks, ...failures(COMMON_ERRORS) }),
    midjourneyCancelTask: operation('Cancel a task that waits or that its provider can end, or close a window', [one], {
      '200': answer('It is cancelled, or will be as soon as the provider has answered.', ref('MidjourneyAnswer')),
      ...failures([...READING, 'not_cancellable']),
    }),
    midjourneyImageSeed: operation('Tell the seed of a task; paid once', [one], {
      '200': answer('The seed, in `result`.', ref('MidjourneyAnswer')),
      ...failures([...CREATING, 'vendor_refused']),
    }),
  }
}

function picture(): JsonObject {
  return {
    summary: 'Read a picture; no key is needed',
    tags: [TAG],
    security: [],
    parameters: [inPath('id', 'The name of the file, as addresses of pictures have it; without its ending, too.')],
    responses: {
      '200': {
        description: 'The picture.',
        content: { 'image/*': { schema: { type: 'string', format: 'binary' } } },
      },
      '400': answer('There is no such picture.', {
        type: 'object',
        required: ['error'],
        properties: { error: { type: 'string', const: 'midjourney_task_not_found' } },
      }),
      '404': plainFailure('The name is not one of a file.'),
    },
  }
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'midjourneyTaskChanged',
      summary: 'The status or progress of a task has changed: notifyHook',
      tags: [TAG],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('MidjourneyTask')),
      responses: webhookAnswers,
    },
  }
}

const text = (description?: string) => Type.String(description === undefined ? {} : { description })
const maybe = (description: string) => Type.Optional(Type.String({ description }))

/** What every body may have beside its own. */
const SHARED = {
  state: maybe('Given back in the task.'),
  notifyHook: maybe('The URL that is notified of every change.'),
  botType: Type.Optional(Type.Enum(['MID_JOURNEY', 'NIJI_JOURNEY'], { default: 'MID_JOURNEY' })),
  accountFilter: Type.Optional(
    Type.Object({
      modes: Type.Optional(
        Type.Array(Type.Enum(['RELAX', 'FAST', 'TURBO']), { description: 'The first one is used.' }),
      ),
    }),
  ),
}
const body = (properties: TProperties) => Type.Object({ ...properties, ...SHARED })
const picturesIn = (limits: { minItems?: number; maxItems: number }) =>
  Type.Array(text('A data URI, base64 or URL.'), limits)

const BODIES = {
  Imagine: body({ prompt: text('What the pictures show.'), base64Array: Type.Optional(picturesIn({ maxItems: 10 })) }),
  Shorten: body({ prompt: text('The prompt to shorten.') }),
  Retexture: body({ prompt: text('What it is to look like.'), image: text('The picture: URL or base64.') }),
  Change: body({
    taskId: text('The task to change.'),
    action: Type.Enum(['UPSCALE', 'VARIATION', 'REROLL']),
    index: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, description: 'Which picture; not for REROLL.' })),
  }),
  SimpleChange: body({ content: text('Such as `ID U2`.') }),
  Action: body({
    taskId: text('The task that has the button.'),
    customId: text('The button.'),
    enableRemix: Type.Optional(Type.Boolean({ description: 'Open a window for another prompt first.' })),
  }),
  Modal: body({
    taskId: text('The window.'),
    prompt: maybe('The prompt; as the window shows it if left out.'),
    maskBase64: maybe('The mask, for Vary (Region).'),
  }),
  Blend: body({
    base64Array: picturesIn({ minItems: 2, maxItems: 5 }),
    dimensions: Type.Optional(Type.Enum(['PORTRAIT', 'SQUARE', 'LANDSCAPE'], { default: 'SQUARE' })),
  }),
  Describe: body({ base64: maybe('The picture.'), link: maybe('Its URL, in place of base64.') }),
  Edits: body({
    prompt: text('What is changed.'),
    image: text('The picture: URL or base64.'),
    maskBase64: maybe('Where it is changed.'),
  }),
  Video: body({
    prompt: maybe('What happens.'),
    image: maybe('The first picture: URL or base64.'),
    endImage: maybe('The last picture.'),
    motion: Type.Optional(Type.Enum(['low', 'high'], { default: 'low' })),
    loop: Type.Optional(Type.Boolean({ default: false })),
    taskId: maybe('A task whose picture or video is taken.'),
    index: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
    action: Type.Optional(Type.Enum(['extend'])),
    videoType: Type.Optional(Type.Enum(['vid_1.1_i2v_480', 'vid_1.1_i2v_720'], { default: 'vid_1.1_i2v_480' })),
    batchSize: Type.Optional(Type.Enum([1, 2, 4], { default: 4 })),
  }),
  Swap: body({
    sourceBase64: maybe('The picture with the face to put in.'),
    sourceUrl: maybe('Its URL, in place of base64.'),
    targetBase64: maybe('The picture whose face is replaced.'),
    targetUrl: maybe('Its URL, in place of base64.'),
  }),
  VideoSwap: body({
    sourceBase64: maybe('The picture with the face to put in.'),
    sourceUrl: maybe('Its URL, in place of base64.'),
    targetFile: maybe('The video whose face is replaced; a file, in a form.'),
    targetUrl: maybe('Its URL.'),
  }),
  Ids: Type.Object({ ids: Type.Array(text(), { maxItems: MAX_LISTED_IDS }) }),
  Pictures: Type.Object({ base64Array: Type.Array(text('A data URI or base64.'), { minItems: 1, maxItems: 10 }) }),
}

const Properties = Type.Object({
  finalPrompt: text('The prompt, or the numbered texts of a description.'),
  finalZhPrompt: text(),
  notifyHook: text(),
  messageId: text(),
  messageHash: text(),
  progressMessageId: text(),
  flags: Type.Integer(),
  nonce: text(),
  discordInstanceId: text(),
  referencedMessageId: text(),
})
const Files = Type.Array(Type.Object({ url: text(), thumbnail: text() }))

const ANSWERS = {
  Answer: Type.Object({
    code: Type.Enum([1, 21]),
    description: text(),
    result: text('The id of the task or window.'),
    properties: Type.Object({ finalPrompt: Type.Optional(text()), remix: Type.Optional(Type.Boolean()) }),
  }),
  Uploaded: Type.Object({
    code: Type.Enum([1]),
    description: text(),
    result: Type.Array(text()),
    properties: Type.Object({}),
  }),
  Task: Type.Object({
    id: text(),
    action: text('What was requested: `IMAGINE`, `UPSCALE`, …'),
    status: Type.Enum(['NOT_START', 'SUBMITTED', 'IN_PROGRESS', 'MODAL', 'SUCCESS', 'FAILURE', 'CANCEL']),
    prompt: text(),
    promptEn: text(),
    description: text(),
    state: text(),
    submitTime: Type.Integer({ description: 'Milliseconds.' }),
    startTime: Type.Integer({ description: 'Milliseconds; 0 until then.' }),
    finishTime: Type.Integer({ description: 'Milliseconds; 0 until then.' }),
    progress: Type.String({ examples: ['0%', '100%'] }),
    imageUrl: text('The grid or the picture; empty until it is done.'),
    imageUrls: Files,
    videoUrl: text(),
    videoUrls: Type.Optional(Files),
    failReason: text('Empty unless it failed.'),
    properties: Properties,
    buttons: Type.Array(
      Type.Object({ customId: text(), emoji: text(), label: text(), type: Type.Integer(), style: Type.Integer() }),
      { description: 'The follow-up actions; none before the task has succeeded.' },
    ),
    customId: text('The button that made it.'),
    maskBase64: text('Always empty: a mask is not sent back.'),
    botType: text(),
    mode: Type.Enum(['RELAX', 'FAST', 'TURBO']),
    parentId: text(),
    seed: Type.Optional(Type.Integer({ description: 'As the prompt sets it.' })),
  }),
  Error: Type.Union([
    Type.Object({
      description: text('What is wrong.'),
      type: Type.Enum(['upstream_error']),
      code: Type.Enum([4, 5, 30]),
    }),
    Type.Object({ error: Type.Object({ message: text(), type: text() }) }),
  ]),
}

function schemas(): Record<string, JsonObject> {
  const named = Object.entries({ ...BODIES, ...ANSWERS })
  return Object.fromEntries(named.map(([name, schema]) => [`Midjourney${name}`, plain(schema)]))
}
