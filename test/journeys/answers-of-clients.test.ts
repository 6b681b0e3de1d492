import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { dialects } from '../../src/dialects/dialects.ts'
import { compilerFaults, EXACT } from '../support/compiler-faults.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/**
 * Answers of every protocol against the types by which clients read them: those of the official packages, and of
 * `test/support/types-of-clients.ts` where no package has any. The compiler compares.
 */

const prompt = 'a lighthouse in the fog sandbox:fast'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const headers = { authorization: `Bearer ${TEST_KEY}`, 'x-key': TEST_KEY, 'api-key': TEST_KEY }

async function send(method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<Json> {
  const answer = await gateway.send(method, path, { key: null, headers, ...(body ? { body } : {}) })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

type Types = readonly [created: string, read: string]

interface Followed {
  protocol: string
  types: Types
  create: readonly [path: string, body: JsonObject]
  /** The id in the first answer, by the names of members. */
  id: readonly string[]
  read: (id: string) => string
}

const OWN = "import('../support/types-of-clients.ts')"
const FAL_QUEUE = "import('@fal-ai/client').QueueStatus"
const PREDICTION = `${OWN}.OrNull<import('replicate').Prediction, 'started_at' | 'completed_at'>`
const LUMA = `${OWN}.OrNull<import('lumaai').LumaAI.Generation, 'failure_reason'>`
const UNKNOWN_MEMBERS = "'github_url' | 'paper_url' | 'license_url' | 'cover_image_url' | 'default_example'"
const falModels: [model: string, input: JsonObject][] = [
  ['fal-ai/flux/dev', { prompt }],
  ['fal-ai/stable-audio', { prompt }],
  ['fal-ai/f5-tts', { gen_text: prompt, ref_audio_url: 'https://1.1.1.1/a.mp3', model_type: 'F5-TTS' }],
  ['fal-ai/birefnet', { image_url: 'https://1.1.1.1/a.png', note: prompt }],
  ['fal-ai/veo3', { prompt }],
  ['fal-ai/wan-25-preview/text-to-video', { prompt }],
  ['fal-ai/minimax/speech-02-hd', { text: prompt }],
  ['fal-ai/trellis', { image_url: 'https://1.1.1.1/a.png', note: prompt }],
  ['fal-ai/nano-banana', { prompt }],
  ['fal-ai/whisper', { audio_url: 'https://1.1.1.1/a.mp3', note: prompt }],
]

/** What is created and read when it is done. */
const FOLLOWED: Followed[] = [
  ...[
    ['Qubico/flux1-schnell', 'txt2img'],
    ['suno', 'music'],
    ['kling', 'video_generation'],
    ['midjourney', 'imagine'],
  ].map(
    ([model = '', task_type = '']): Followed => ({
      protocol: 'piapi',
      types: [`${OWN}.PiapiAnswer`, `${OWN}.PiapiAnswer`],
      create: ['/api/v1/task', { model, task_type, input: { prompt } }],
      id: ['data', 'task_id'],
      read: (id) => `/api/v1/task/${id}?wait=20`,
    }),
  ),
  {
    protocol: 'openai-videos',
    types: ["import('openai').OpenAI.Video", "import('openai').OpenAI.Video"],
    create: ['/v1/videos', { prompt }],
    id: ['id'],
    read: (id) => `/v1/videos/${id}?wait=20`,
  },
  {
    protocol: 'suno',
    types: ['{ code: "success"; message: string; data: string }', `${OWN}.RelayAnswer<${OWN}.SunoClip[]>`],
    create: ['/suno/submit/music', { prompt, mv: 'chirp-v4' }],
    id: ['data'],
    read: (id) => `/suno/fetch/${id}?wait=20`,
  },
  {
    protocol: 'udio',
    types: ['{ code: "success"; message: string; data: string }', `${OWN}.RelayAnswer<${OWN}.UdioSongs>`],
    create: ['/udio/submit/music', { gen_params: { prompt } }],
    id: ['data'],
    read: (id) => `/udio/fetch/${id}?wait=20`,
  },
  {
    protocol: 'midjourney',
    types: ['{ code: number; description: string; result: string }', `${OWN}.MidjourneyTask`],
    create: ['/mj/submit/imagine', { prompt: `${prompt} --seed 7` }],
    id: ['result'],
    read: (id) => `/mj/task/${id}/fetch?wait=20`,
  },
  ...(['ray-2', 'photon-1'] as const).map(
    (model): Followed => ({
      protocol: 'luma',
      types: [LUMA, LUMA],
      create: [`/luma/dream-machine/v1/generations${model === 'photon-1' ? '/image' : ''}`, { prompt, model }],
      id: ['id'],
      read: (id) => `/luma/dream-machine/v1/generations/${id}?wait=20`,
    }),
  ),
  {
    protocol: 'kling',
    types: [`${OWN}.KlingTask`, `${OWN}.KlingTask`],
    create: ['/kling/v1/videos/text2video', { prompt }],
    id: ['data', 'task_id'],
    read: (id) => `/kling/v1/videos/text2video/${id}?wait=20`,
  },
  {
    protocol: 'minimax',
    types: ['{ task_id: string; base_resp: { status_code: number; status_msg: string } }', `${OWN}.MinimaxTask`],
    create: ['/minimax/v1/video_generation', { prompt, model: 'MiniMax-Hailuo-02' }],
    id: ['task_id'],
    read: (id) => `/minimax/v1/query/video_generation?task_id=${id}&wait=20`,
  },
  ...['black-forest-labs/flux-schnell', 'minimax/video-01', 'meta/meta-llama-3-8b-instruct'].map(
    (model): Followed => ({
      protocol: 'replicate',
      types: [PREDICTION, PREDICTION],
      create: [`/replicate/v1/models/${model}/predictions`, { input: { prompt } }],
      id: ['id'],
      read: (id) => `/replicate/v1/predictions/${id}?wait=20`,
    }),
  ),
  {
    protocol: 'bfl',
    types: [`${OWN}.BflCreated`, `${OWN}.BflResult`],
    create: ['/bfl/v1/flux-pro-1.1', { prompt }],
    id: ['id'],
    read: (id) => `/bfl/v1/get_result?id=${id}&wait=20`,
  },
  {
    protocol: 'runway',
    types: [
      "import('@runwayml/sdk').RunwayML.TextToImageCreateResponse",
      "import('@runwayml/sdk').RunwayML.TaskRetrieveResponse",
    ],
    create: ['/runway/v1/text_to_image', { promptText: prompt, model: 'gen4_image', ratio: '1920:1080' }],
    id: ['id'],
    read: (id) => `/runway/v1/tasks/${id}?wait=20`,
  },
  {
    protocol: 'polyphony',
    types: [`${OWN}.PolyphonyTask`, `${OWN}.PolyphonyTask`],
    create: ['/polyphony/v1/tasks', { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt } }],
    id: ['id'],
    read: (id) => `/polyphony/v1/tasks/${id}?wait=20`,
  },
  ...falModels.map(
    ([model, body]): Followed => ({
      protocol: 'fal',
      types: [FAL_QUEUE, FAL_QUEUE],
      create: [`/fal/queue/${model}`, body],
      id: ['request_id'],
      read: (id) => `/fal/queue/${model}/requests/${id}/status`,
    }),
  ),
]

/** Answers in one step. */
const DIRECT: { protocol: string; type: string; answer: () => Promise<Json> }[] = [
  ...falModels.map(([model, body]) => ({
    protocol: 'fal',
    type: `import('@fal-ai/client/endpoints').EndpointTypeMap[${JSON.stringify(model)}]['output']`,
    answer: () => send('POST', `/fal/run/${model}`, body),
  })),
  {
    protocol: 'replicate',
    type: `${OWN}.OrNull<import('replicate').Model, ${UNKNOWN_MEMBERS}>`,
    answer: () => send('GET', '/replicate/v1/models/minimax/video-01'),
  },
  {
    protocol: 'replicate',
    type: "import('replicate').ModelVersion",
    answer: () => send('GET', '/replicate/v1/models/acme/fog/versions/abc'),
  },
  {
    protocol: 'replicate',
    type: `${OWN}.OrNull<import('replicate').Page<${PREDICTION}>, 'previous' | 'next'>`,
    answer: () => send('GET', '/replicate/v1/predictions'),
  },
  ...['gpt-image-1', 'dall-e-3', 'flux-pro-1.1', 'recraftv3'].map((model) => ({
    protocol: 'openai-images',
    type: "import('openai').OpenAI.ImagesResponse",
    answer: () => send('POST', '/v1/images/generations', { model, prompt, size: '1024x1024' }),
  })),
  {
    protocol: 'recraft',
    type: "import('openai').OpenAI.ImagesResponse",
    answer: () => send('POST', '/recraft/v1/images/generations', { prompt }),
  },
  ...['/ideogram/v1/ideogram-v3/generate', '/ideogram/generate'].map((path) => ({
    protocol: 'ideogram',
    type: `${OWN}.IdeogramPictures`,
    answer: () => send('POST', path, path.includes('v3') ? { prompt } : { image_request: { prompt } }),
  })),
]

interface Held {
  protocol: string
  type: string
  answer: Json
}

async function follow({ protocol, types, create: [path, body], id: names, read }: Followed): Promise<Held[]> {
  const created = await send('POST', path, body)
  const id = String(names.reduce<Json>((value, name) => (value as JsonObject)[name] ?? null, created))
  await gateway.until(id, ({ status }) => status === 'completed')
  return [
    { protocol, type: types[0], answer: created },
    { protocol, type: types[1], answer: await send('GET', read(id)) },
  ]
}

describe('every protocol', () => {
  it('answers what the types of its clients have', async () => {
    const held = (
      await Promise.all([
        ...FOLLOWED.map(follow),
        ...DIRECT.map(async ({ protocol, type, answer }) => [{ protocol, type, answer: await answer() }]),
      ])
    ).flat()
    const tested = new Set(held.map(({ protocol }) => protocol))
    // The protocols of calls are held against their clients in src/dialects/cross-format.test.ts and calls.test.ts.
    // MCP's client checks every answer itself, in mcp.test.ts. Clients of one-api have no types: one-api.test.ts has what they read.
    const elsewhere = ['openai', 'anthropic', 'gemini', 'mcp', 'one-api']
    const others = dialects.map(({ id }) => id).filter((id) => !elsewhere.includes(id))
    expect(others.filter((id) => !tested.has(id))).toEqual([])
    console.log(`${held.length} answers of ${tested.size} protocols were held against types of clients.`)
    const result = { sample: 'https://1.1.1.1/a.png', seed: null }
    const wrong: Held = { protocol: 'bfl', type: `${OWN}.BflResult`, answer: { status: 'Ready', result } }
    // Compiling holds the event loop for seconds: no calls after it.
    expect(faultsIn([...held, wrong])).toEqual([expect.stringMatching(/\* bfl \*.*seed/)])
  }, 120_000)
})

const HEAD = [...EXACT, 'declare function take<Type>(value: Type): void']

/** What the compiler has against the answers, each after the name of its protocol. */
function faultsIn(held: readonly Held[]): string[] {
  // As values and not as arguments themselves: members that the type does not have are none of the client's business.
  const lines = held.map(
    ({ protocol, type, answer }) => `/* ${protocol} */ take<${type}>(exact(${JSON.stringify(answer)}))`,
  )
  return compilerFaults(new URL('answers.ts', import.meta.url), HEAD, lines)
}
