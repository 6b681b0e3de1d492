/**
 * What the pages "you use X: change these two lines" say: one entry for each protocol that clients move from. The pages are
 * written from this table (`protocol-page.ts`), in both languages; a test runs every call and every program in it.
 */

export type Language = 'en' | 'zh'
export type Texts = Record<Language, string>

/** A call that makes something. Where its answer comes before the work is done, `read` follows with the id. */
export interface Calls {
  submit: string
  /** Where the id is in the answer to `submit`: members, separated by dots. */
  idAt?: string
  /** Has the id as `$ID`. */
  read?: string
}

export interface Protocol {
  /** Of the page: `/guide/en/protocols/SLUG`. */
  slug: string
  name: string
  /** Ids of the dialects (`src/dialects`) that the page is about. */
  dialects: readonly string[]
  what: Texts
  /** The address that a client has before, and the part of it that follows the gateway's own address after. */
  before: string
  path: string
  /** The header or setting that has the key. */
  key: Texts
  curl: Calls
  /** Programs with the vendor's official client, where there is one. Each ends in a line that prints what was made. */
  ts?: { packages: string; code: string }
  python?: { packages: string; code: string }
  notes: Record<Language, readonly string[]>
}

const JSON_TYPE = "-H 'content-type: application/json'"
const BEARER = '-H "authorization: Bearer $POLYPHONY_KEY"'
const AT = 'http://127.0.0.1:8080'

const bearer: Texts = {
  en: '`Authorization: Bearer KEY`, the field of the client for its key',
  zh: '`Authorization: Bearer KEY`，即客户端的密钥字段',
}
const apiKeyHeader: Texts = { en: '`x-api-key`', zh: '`x-api-key`' }

const post = (path: string, header: string, body: string): string =>
  `curl ${AT}${path} \\\n  ${header} ${JSON_TYPE} \\\n  -d '${body}'`
const get = (path: string, header: string): string => `curl "${AT}${path}" ${header}`

export const PROTOCOLS: readonly Protocol[] = [
  {
    slug: 'piapi',
    name: 'PiAPI',
    dialects: ['piapi'],
    what: {
      en: 'One API for Suno, Udio, Flux, Kling, Midjourney and more, with tasks that are created and polled.',
      zh: '一套接口覆盖 Suno、Udio、Flux、Kling、Midjourney 等，先创建任务，再查询结果。',
    },
    before: 'https://api.piapi.ai',
    path: '',
    key: apiKeyHeader,
    curl: {
      submit: post(
        '/api/v1/task',
        '-H "x-api-key: $POLYPHONY_KEY"',
        '{"model":"suno","task_type":"music","input":{"gpt_description_prompt":"a song about rain on a tin roof"}}',
      ),
      idAt: 'data.task_id',
      read: get('/api/v1/task/$ID?wait=60', '-H "x-api-key: $POLYPHONY_KEY"'),
    },
    notes: {
      en: [
        'Every `model` and `task_type` of the catalogue is created here: `GET /api/v1/models` lists them with their fields and prices.',
        'A cancelled task is shown as `failed` with the message `task canceled`, as PiAPI has no status for it.',
        'Users of PiAPI’s MCP server find its 23 tools at `/mcp/piapi`: [MCP](../mcp.md).',
        'The history of tasks at PiAPI can be taken along: [moving](../move.md).',
      ],
      zh: [
        '目录中的每个 `model` 与 `task_type` 都可在此创建：`GET /api/v1/models` 列出字段与价格。',
        '已取消的任务显示为 `failed`，消息为 `task canceled`，因为 PiAPI 没有对应的状态。',
        'PiAPI MCP 服务器的 23 个工具在 `/mcp/piapi`：见 [MCP](../mcp.md)。',
        '可以导入 PiAPI 上的历史任务：见[迁移](../move.md)。',
      ],
    },
  },
  {
    slug: 'suno',
    name: 'Suno API (relay)',
    dialects: ['suno'],
    what: {
      en: 'Songs, lyrics, extensions and covers in the form that relays of the one-api kind serve.',
      zh: '歌曲、歌词、续写与翻唱，采用 one-api 类中转站的 Suno 接口格式。',
    },
    before: 'https://relay.example',
    path: '',
    key: { en: '`Authorization: Bearer KEY` or `mj-api-secret`', zh: '`Authorization: Bearer KEY` 或 `mj-api-secret`' },
    curl: {
      submit: post(
        '/suno/submit/music',
        BEARER,
        '{"gpt_description_prompt":"a shanty about a night train","mv":"chirp-v4"}',
      ),
      idAt: 'data',
      read: get('/suno/fetch/$ID?wait=60', BEARER),
    },
    notes: {
      en: [
        '`notify_hook` is called at every change of the task’s status, with the bare task object.',
        'The feed form is served as well: `POST /suno/generate` and `GET /suno/feed/{ids}`.',
      ],
      zh: [
        '任务状态每次变化时都会调用 `notify_hook`，内容是任务对象本身。',
        '也支持 feed 格式：`POST /suno/generate` 与 `GET /suno/feed/{ids}`。',
      ],
    },
  },
  {
    slug: 'midjourney',
    name: 'Midjourney API (midjourney-proxy)',
    dialects: ['midjourney'],
    what: {
      en: 'Imagine, change, blend, describe, video and buttons, as midjourney-proxy and relays serve them.',
      zh: 'imagine、变体、混图、图生文、视频与按钮操作，与 midjourney-proxy 及中转站一致。',
    },
    before: 'https://relay.example',
    path: '',
    key: { en: '`mj-api-secret`', zh: '`mj-api-secret`' },
    curl: {
      submit: post(
        '/mj/submit/imagine',
        '-H "mj-api-secret: $POLYPHONY_KEY"',
        '{"prompt":"a lighthouse in the fog --ar 16:9"}',
      ),
      idAt: 'result',
      read: get('/mj/task/$ID/fetch?wait=60', '-H "mj-api-secret: $POLYPHONY_KEY"'),
    },
    notes: {
      en: ['`/mj-fast`, `/mj-relax` and `/mj-turbo` before the path choose the speed, as at relays.'],
      zh: ['与中转站一样，可用路径前缀 `/mj-fast`、`/mj-relax`、`/mj-turbo` 选择速度。'],
    },
  },
  {
    slug: 'openai',
    name: 'OpenAI',
    dialects: ['openai', 'openai-images', 'openai-videos'],
    what: {
      en: 'Chat, responses, embeddings, speech, transcriptions, images, videos, files and batches.',
      zh: '对话、Responses、向量、语音、转写、图片、视频、文件与批处理。',
    },
    before: 'https://api.openai.com/v1',
    path: '/v1',
    key: bearer,
    curl: {
      submit: post(
        '/v1/chat/completions',
        BEARER,
        '{"model":"gpt-5-mini","messages":[{"role":"user","content":"A line about rain on a tin roof."}]}',
      ),
    },
    ts: {
      packages: 'openai',
      code: `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${AT}/v1', apiKey: process.env.POLYPHONY_KEY })
const answer = await client.chat.completions.create({
  model: 'gpt-5-mini', // any model of GET /v1/models, of whichever vendor
  messages: [{ role: 'user', content: 'A line about rain on a tin roof.' }],
})
const picture = await client.images.generate({ model: 'gpt-image-1', prompt: 'rain on a tin roof' })
console.log(answer.choices[0]?.message.content, picture.data?.[0]?.b64_json?.length)`,
    },
    python: {
      packages: 'openai',
      code: `import os

from openai import OpenAI

client = OpenAI(base_url="${AT}/v1", api_key=os.environ["POLYPHONY_KEY"])
answer = client.chat.completions.create(
    model="gpt-5-mini",  # any model of GET /v1/models, of whichever vendor
    messages=[{"role": "user", "content": "A line about rain on a tin roof."}],
)
picture = client.images.generate(model="gpt-image-1", prompt="rain on a tin roof")
print(answer.choices[0].message.content, len(picture.data[0].b64_json))`,
    },
    notes: {
      en: [
        '`/openai/v1` is the same address under a name of its own.',
        'Which routes there are, streaming, batches, Realtime, and what a call costs: [calls](../calls.md).',
        'Videos are made at `POST /v1/videos`, read at `GET /v1/videos/{id}` and downloaded at `/v1/videos/{id}/content`.',
      ],
      zh: [
        '`/openai/v1` 是同一地址的另一个名称。',
        '全部路由、流式、批处理、Realtime 与计费：见[调用](../calls.md)。',
        '视频：`POST /v1/videos` 创建，`GET /v1/videos/{id}` 查询，`/v1/videos/{id}/content` 下载。',
      ],
    },
  },
  {
    slug: 'anthropic',
    name: 'Anthropic',
    dialects: ['anthropic'],
    what: { en: 'Messages, token counts, batches and files.', zh: 'Messages、token 计数、批处理与文件。' },
    before: 'https://api.anthropic.com',
    path: '',
    key: { en: '`x-api-key`, the field of the client for its key', zh: '`x-api-key`，即客户端的密钥字段' },
    curl: {
      submit: post(
        '/v1/messages',
        `-H "x-api-key: $POLYPHONY_KEY" -H 'anthropic-version: 2023-06-01'`,
        '{"model":"claude-haiku-4-5","max_tokens":200,"messages":[{"role":"user","content":"A line about rain."}]}',
      ),
    },
    ts: {
      packages: '@anthropic-ai/sdk',
      code: `import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic({ baseURL: '${AT}', apiKey: process.env.POLYPHONY_KEY ?? '' })
const message = await client.messages.create({
  model: 'claude-haiku-4-5', // any language model of GET /v1/models
  max_tokens: 200,
  messages: [{ role: 'user', content: 'A line about rain on a tin roof.' }],
})
console.log(message.content[0])`,
    },
    python: {
      packages: 'anthropic',
      code: `import os

from anthropic import Anthropic

client = Anthropic(base_url="${AT}", api_key=os.environ["POLYPHONY_KEY"])
message = client.messages.create(
    model="claude-haiku-4-5",  # any language model of GET /v1/models
    max_tokens=200,
    messages=[{"role": "user", "content": "A line about rain on a tin roof."}],
)
print(message.content[0])`,
    },
    notes: {
      en: [
        'Claude Code: `ANTHROPIC_BASE_URL` is the address, `ANTHROPIC_AUTH_TOKEN` the key.',
        'A model of another vendor is asked in its own format, and answered in this one: [calls](../calls.md).',
      ],
      zh: [
        'Claude Code：`ANTHROPIC_BASE_URL` 填网关地址，`ANTHROPIC_AUTH_TOKEN` 填密钥。',
        '其他厂商的模型按其自身格式请求，再以本格式返回：见[调用](../calls.md)。',
      ],
    },
  },
  {
    slug: 'gemini',
    name: 'Google Gemini',
    dialects: ['gemini'],
    what: {
      en: '`generateContent`, streaming, token counts and embeddings.',
      zh: '`generateContent`、流式、token 计数与向量。',
    },
    before: 'https://generativelanguage.googleapis.com',
    path: '',
    key: {
      en: '`x-goog-api-key`, the field of the client for its key',
      zh: '`x-goog-api-key`，即客户端的密钥字段',
    },
    curl: {
      submit: post(
        '/v1beta/models/gemini-2.5-flash:generateContent',
        '-H "x-goog-api-key: $POLYPHONY_KEY"',
        '{"contents":[{"parts":[{"text":"A line about rain on a tin roof."}]}]}',
      ),
    },
    ts: {
      packages: '@google/genai',
      code: `import { GoogleGenAI } from '@google/genai'

const client = new GoogleGenAI({
  apiKey: process.env.POLYPHONY_KEY ?? '',
  httpOptions: { baseUrl: '${AT}' },
})
const answer = await client.models.generateContent({
  model: 'gemini-2.5-flash',
  contents: 'A line about rain on a tin roof.',
})
console.log(answer.text)`,
    },
    python: {
      packages: 'google-genai',
      code: `import os

from google import genai
from google.genai import types

client = genai.Client(
    api_key=os.environ["POLYPHONY_KEY"],
    http_options=types.HttpOptions(base_url="${AT}"),
)
answer = client.models.generate_content(
    model="gemini-2.5-flash", contents="A line about rain on a tin roof."
)
print(answer.text)`,
    },
    notes: {
      en: ['Every language model of `GET /v1beta/models` can be named, of whichever vendor: [calls](../calls.md).'],
      zh: ['可使用 `GET /v1beta/models` 中任意厂商的语言模型：见[调用](../calls.md)。'],
    },
  },
  {
    slug: 'fal',
    name: 'fal',
    dialects: ['fal'],
    what: { en: 'The queue, direct runs, event streams and uploads.', zh: '队列、直接运行、事件流与上传。' },
    before: 'https://queue.fal.run',
    path: '/fal/queue',
    key: {
      en: '`Authorization: Key KEY`, `credentials` of the client',
      zh: '`Authorization: Key KEY`，即客户端的 `credentials`',
    },
    curl: {
      submit: post(
        '/fal/queue/fal-ai/flux/dev',
        '-H "authorization: Key $POLYPHONY_KEY"',
        '{"prompt":"a lighthouse in the fog"}',
      ),
      idAt: 'request_id',
      read: get('/fal/queue/fal-ai/flux/requests/$ID/status/stream', '-H "authorization: Key $POLYPHONY_KEY"'),
    },
    ts: {
      packages: '@fal-ai/client',
      code: `import { fal } from '@fal-ai/client'

// The hosts are in the package: its requests go through the gateway's proxy.
fal.config({
  credentials: process.env.POLYPHONY_KEY ?? '',
  proxyUrl: { url: '${AT}/fal/proxy', when: 'always' },
})
const { data } = await fal.subscribe('fal-ai/flux/dev', { input: { prompt: 'a lighthouse in the fog' } })
console.log(data.images[0]?.url)`,
    },
    python: {
      packages: 'fal-client',
      code: `import os

import fal_client
from fal_client import client

# The hosts are in the package, which has no setting for them.
os.environ["FAL_KEY"] = os.environ["POLYPHONY_KEY"]
client.RUN_URL_FORMAT = "${AT}/fal/run/"
client.QUEUE_URL_FORMAT = "${AT}/fal/queue/"
client.REST_URL = "${AT}/fal"
client.CDN_URL = "${AT}/fal/storage/cdn"

result = fal_client.subscribe("fal-ai/flux/dev", arguments={"prompt": "a lighthouse in the fog"})
print(result["images"][0]["url"])`,
    },
    notes: {
      en: [
        'The result is at `response_url` of the answer, as at fal.',
        'Any model can be named; one that the catalogue does not know is assumed to make pictures, unless an account at fal has it.',
      ],
      zh: ['结果在返回的 `response_url`，与 fal 一致。', '可使用任意模型名；目录不认识的模型按图片模型处理。'],
    },
  },
  {
    slug: 'replicate',
    name: 'Replicate',
    dialects: ['replicate'],
    what: { en: 'Predictions, models, versions and files.', zh: '预测、模型、版本与文件。' },
    before: 'https://api.replicate.com/v1',
    path: '/replicate/v1',
    key: bearer,
    curl: {
      submit: `curl ${AT}/replicate/v1/models/black-forest-labs/flux-schnell/predictions \\
  ${BEARER} ${JSON_TYPE} \\
  -H 'prefer: wait' -d '{"input":{"prompt":"a lighthouse in the fog"}}'`,
      idAt: 'id',
      read: get('/replicate/v1/predictions/$ID?wait=60', BEARER),
    },
    ts: {
      packages: 'replicate',
      code: `import Replicate from 'replicate'

const replicate = new Replicate({
  baseUrl: '${AT}/replicate/v1',
  auth: process.env.POLYPHONY_KEY ?? '',
  useFileOutput: false,
})
const output = await replicate.run('black-forest-labs/flux-schnell', {
  input: { prompt: 'a lighthouse in the fog' },
})
console.log(output)`,
    },
    python: {
      packages: 'replicate',
      code: `import os

import replicate

client = replicate.Client(base_url="${AT}/replicate", api_token=os.environ["POLYPHONY_KEY"])
output = client.run("black-forest-labs/flux-schnell", input={"prompt": "a lighthouse in the fog"})
print(output)`,
    },
    notes: {
      en: ['The Python package adds `/v1` to its base address, the one for JavaScript does not.'],
      zh: ['Python 包会在基础地址后自行加 `/v1`，JavaScript 包不会。'],
    },
  },
  {
    slug: 'runway',
    name: 'Runway',
    dialects: ['runway'],
    what: {
      en: 'Videos and pictures of Gen-4, Aleph, Act-Two and Veo, uploads, sounds; also the “reverse” forms of relays.',
      zh: 'Gen-4、Aleph、Act-Two 与 Veo 的视频和图片、上传与声音；也支持中转站的“逆向”格式。',
    },
    before: 'https://api.dev.runwayml.com',
    path: '/runwayml',
    key: bearer,
    curl: {
      submit: post(
        '/runwayml/v1/text_to_video',
        `${BEARER} -H 'x-runway-version: 2024-11-06'`,
        '{"model":"veo3.1","promptText":"boats rock in a harbour","ratio":"1280:720","duration":8}',
      ),
      idAt: 'id',
      read: get('/runwayml/v1/tasks/$ID?wait=60', BEARER),
    },
    ts: {
      packages: '@runwayml/sdk',
      code: `import RunwayML from '@runwayml/sdk'

const client = new RunwayML({ baseURL: '${AT}/runwayml', apiKey: process.env.POLYPHONY_KEY ?? '' })
const task = await client.textToVideo
  .create({ model: 'veo3.1', promptText: 'boats rock in a harbour', ratio: '1280:720', duration: 8 })
  .waitForTaskOutput()
console.log(task.output[0])`,
    },
    python: {
      packages: 'runwayml',
      code: `import os

from runwayml import RunwayML

client = RunwayML(base_url="${AT}/runwayml", api_key=os.environ["POLYPHONY_KEY"])
task = client.text_to_video.create(
    model="veo3.1", prompt_text="boats rock in a harbour", ratio="1280:720", duration=8
).wait_for_task_output()
print(task.output[0])`,
    },
    notes: {
      en: ['`/runway` is the same address; relays’ own forms are at `/runway/pro` and `/runway/feed`.'],
      zh: ['`/runway` 是同一地址；中转站自有格式在 `/runway/pro` 与 `/runway/feed`。'],
    },
  },
  {
    slug: 'kling',
    name: 'Kling',
    dialects: ['kling'],
    what: {
      en: 'Videos of text, pictures and several pictures, lip sync, effects, extensions, pictures and virtual try-on.',
      zh: '文生、图生与多图生视频，对口型、特效、续写，图片与虚拟试穿。',
    },
    before: 'https://api-singapore.klingai.com',
    path: '/kling',
    key: {
      en: '`Authorization: Bearer KEY`, or a JSON Web Token signed with an access pair of the key',
      zh: '`Authorization: Bearer KEY`，或用该密钥的 AK/SK 签名的 JSON Web Token',
    },
    curl: {
      submit: post(
        '/kling/v1/videos/text2video',
        BEARER,
        '{"model_name":"kling-v1-6","prompt":"a fox crosses a frozen lake","duration":"5"}',
      ),
      idAt: 'data.task_id',
      read: get('/kling/v1/videos/text2video/$ID?wait=60', BEARER),
    },
    notes: {
      en: [
        'Clients that sign need an access key and a secret key: `polyphony key pair KEY_ID` shows those of a key, and the workspace does under Keys.',
      ],
      zh: ['需要签名的客户端使用 AK/SK：`polyphony key pair KEY_ID` 或工作台的“密钥”页会显示。'],
    },
  },
  {
    slug: 'luma',
    name: 'Luma',
    dialects: ['luma'],
    what: {
      en: 'Videos of Ray and pictures of Photon; also the form of relays.',
      zh: 'Ray 视频与 Photon 图片；也支持中转站格式。',
    },
    before: 'https://api.lumalabs.ai/dream-machine/v1',
    path: '/luma/dream-machine/v1',
    key: bearer,
    curl: {
      submit: post(
        '/luma/dream-machine/v1/generations',
        BEARER,
        '{"model":"ray-2","prompt":"a balloon over a valley","resolution":"720p","duration":"5s"}',
      ),
      idAt: 'id',
      read: get('/luma/dream-machine/v1/generations/$ID?wait=60', BEARER),
    },
    ts: {
      packages: 'lumaai',
      code: `import { setTimeout as sleep } from 'node:timers/promises'
import { LumaAI } from 'lumaai'

const client = new LumaAI({ baseURL: '${AT}/luma/dream-machine/v1', authToken: process.env.POLYPHONY_KEY })
let video = await client.generations.create({ model: 'ray-2', prompt: 'a balloon over a valley' })
while (video.id && video.state !== 'completed' && video.state !== 'failed') {
  await sleep(2_000)
  video = await client.generations.get(video.id)
}
console.log(video.assets?.video)`,
    },
    python: {
      packages: 'lumaai',
      code: `import os
import time

from lumaai import LumaAI

client = LumaAI(base_url="${AT}/luma/dream-machine/v1", auth_token=os.environ["POLYPHONY_KEY"])
video = client.generations.create(model="ray-2", prompt="a balloon over a valley")
while video.state not in ("completed", "failed"):
    time.sleep(2)
    video = client.generations.get(video.id)
print(video.assets.video)`,
    },
    notes: {
      en: ['`/dream-machine/v1` without `/luma` is the same address; the relays’ own form is at `/luma/generations`.'],
      zh: ['不带 `/luma` 的 `/dream-machine/v1` 是同一地址；中转站格式在 `/luma/generations`。'],
    },
  },
  {
    slug: 'udio',
    name: 'Udio API (relay)',
    dialects: ['udio'],
    what: { en: 'Songs in the form that relays serve.', zh: '中转站格式的歌曲生成。' },
    before: 'https://relay.example',
    path: '',
    key: bearer,
    curl: {
      submit: post('/udio/submit/music', BEARER, '{"gen_params":{"prompt":"night breeze","lyrics_type":"generate"}}'),
      idAt: 'data',
      read: get('/udio/fetch/$ID?wait=60', BEARER),
    },
    notes: {
      en: [
        'The fields of the relays’ web clients are read as they send them: `gen_params` with `lyrics`, `seed`, `model_type` and so on.',
      ],
      zh: ['按中转站网页客户端的写法读取字段：`gen_params` 中的 `lyrics`、`seed`、`model_type` 等。'],
    },
  },
  {
    slug: 'ideogram',
    name: 'Ideogram',
    dialects: ['ideogram'],
    what: { en: 'Generate, remix, edit, reframe, upscale and describe.', zh: '生成、重混、编辑、扩图、放大与描述。' },
    before: 'https://api.ideogram.ai',
    path: '/ideogram',
    key: { en: '`Api-Key`', zh: '`Api-Key`' },
    curl: {
      submit: `curl ${AT}/ideogram/v1/ideogram-v3/generate \\
  -H "api-key: $POLYPHONY_KEY" \\
  -F 'prompt=a poster for a night train' -F rendering_speed=TURBO -F aspect_ratio=16x9`,
    },
    notes: {
      en: [
        'The answer comes when the picture is made. Without the prefix, `/generate`, `/remix`, `/edit` and `/v1/ideogram-v3/…` are served, too.',
      ],
      zh: ['图片完成后才返回。不带前缀的 `/generate`、`/remix`、`/edit` 与 `/v1/ideogram-v3/…` 同样可用。'],
    },
  },
  {
    slug: 'recraft',
    name: 'Recraft',
    dialects: ['recraft'],
    what: {
      en: 'Pictures and vector drawings, tools for pictures, and styles of your own.',
      zh: '图片与矢量图、图片工具以及自定义风格。',
    },
    before: 'https://external.api.recraft.ai/v1',
    path: '/recraft/v1',
    key: bearer,
    curl: {
      submit: post(
        '/recraft/v1/images/generations',
        BEARER,
        '{"model":"recraftv3","prompt":"a lighthouse in the fog"}',
      ),
    },
    ts: {
      packages: 'openai',
      code: `import OpenAI from 'openai' // Recraft's documentation uses this client

const client = new OpenAI({ baseURL: '${AT}/recraft/v1', apiKey: process.env.POLYPHONY_KEY })
const answer = await client.images.generate({ model: 'recraftv3', prompt: 'a lighthouse in the fog' })
console.log(answer.data?.[0]?.url)`,
    },
    python: {
      packages: 'openai',
      code: `import os

from openai import OpenAI  # Recraft's documentation uses this client

client = OpenAI(base_url="${AT}/recraft/v1", api_key=os.environ["POLYPHONY_KEY"])
answer = client.images.generate(model="recraftv3", prompt="a lighthouse in the fog")
print(answer.data[0].url)`,
    },
    notes: {
      en: [
        'Vectorizing, removing backgrounds and upscaling need no account: the [workshop](../workshop.md) of the gateway does them.',
      ],
      zh: ['矢量化、去背景与放大无需厂商账号：由网关内置的[图片工具](../workshop.md)完成。'],
    },
  },
  {
    slug: 'bfl',
    name: 'Black Forest Labs (Flux)',
    dialects: ['bfl'],
    what: { en: 'All Flux models, finetunes and their results.', zh: '全部 Flux 模型、微调及其结果。' },
    before: 'https://api.bfl.ai',
    path: '/bfl',
    key: { en: '`x-key`', zh: '`x-key`' },
    curl: {
      submit: post(
        '/bfl/v1/flux-pro-1.1',
        '-H "x-key: $POLYPHONY_KEY"',
        '{"prompt":"a heron","width":1024,"height":768}',
      ),
      idAt: 'id',
      read: get('/bfl/v1/get_result?id=$ID&wait=60', '-H "x-key: $POLYPHONY_KEY"'),
    },
    notes: {
      en: ['`polling_url` of an answer leads to the gateway. `/flux` is the same address.'],
      zh: ['返回的 `polling_url` 指向网关。`/flux` 是同一地址。'],
    },
  },
  {
    slug: 'minimax',
    name: 'MiniMax (Hailuo)',
    dialects: ['minimax'],
    what: { en: 'Videos, speech, music and pictures.', zh: '视频、语音、音乐与图片。' },
    before: 'https://api.minimax.io',
    path: '/minimax',
    key: bearer,
    curl: {
      submit: post(
        '/minimax/v1/video_generation',
        BEARER,
        '{"model":"MiniMax-Hailuo-02","prompt":"a fox crosses a frozen lake","duration":6,"resolution":"768P"}',
      ),
      idAt: 'task_id',
      read: get('/minimax/v1/query/video_generation?task_id=$ID&wait=60', BEARER),
    },
    notes: {
      en: [
        'The file of a finished video: `GET /minimax/v1/files/retrieve?file_id=…` with the `file_id` of the answer.',
      ],
      zh: ['完成后用返回的 `file_id` 取文件：`GET /minimax/v1/files/retrieve?file_id=…`。'],
    },
  },
  {
    slug: 'mcp',
    name: 'Model Context Protocol',
    dialects: ['mcp'],
    what: {
      en: 'Tools for language models: find, describe, quote, submit, wait, cancel, balance, history.',
      zh: '供语言模型使用的工具：查找、描述、报价、提交、等待、取消、余额、历史。',
    },
    before: 'https://mcp.example/mcp',
    path: '/mcp',
    key: { en: '`Authorization: Bearer KEY` or `x-api-key`', zh: '`Authorization: Bearer KEY` 或 `x-api-key`' },
    curl: {
      submit: post(
        '/mcp',
        `${BEARER} -H 'accept: application/json, text/event-stream'`,
        '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      ),
    },
    ts: {
      packages: '@modelcontextprotocol/client',
      code: `import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const client = new Client({ name: 'an-app', version: '1.0.0' })
const headers = { authorization: \`Bearer \${process.env.POLYPHONY_KEY}\` }
await client.connect(new StreamableHTTPClientTransport(new URL('${AT}/mcp'), { requestInit: { headers } }))
const { tools } = await client.listTools()
await client.close()
console.log(tools.map(({ name }) => name).join(' '))`,
    },
    notes: {
      en: ['How Claude, Cursor, VS Code and others are connected, and what each tool does: [MCP](../mcp.md).'],
      zh: ['如何接入 Claude、Cursor、VS Code 等，以及每个工具的作用：见 [MCP](../mcp.md)。'],
    },
  },
  {
    slug: 'one-api',
    name: 'one-api and new-api',
    dialects: ['one-api'],
    what: {
      en: 'What clients of one-api and new-api ask about their account: balance, use, prices, status.',
      zh: 'one-api / new-api 客户端查询账户所用的接口：余额、用量、价格、状态。',
    },
    before: 'https://relay.example',
    path: '',
    key: bearer,
    curl: { submit: get('/api/user/self', BEARER) },
    notes: {
      en: [
        '500,000 units of quota are 1 USD. Chat and pictures go to `/v1`, as before: [OpenAI](openai.md).',
        'Users, tokens, channels and prices are taken over by one command, and the `sk-` tokens stay valid: [moving](../move.md).',
      ],
      zh: [
        '500,000 额度单位等于 1 美元。对话与图片仍走 `/v1`：见 [OpenAI](openai.md)。',
        '用户、令牌、渠道与价格可用一条命令导入，`sk-` 令牌继续有效：见[迁移](../move.md)。',
      ],
    },
  },
  {
    slug: 'polyphony',
    name: 'Polyphony',
    dialects: ['polyphony'],
    what: {
      en: 'The gateway’s own protocol: one form for every operation, and for reading the tasks of all protocols.',
      zh: '网关自有协议：所有操作同一格式，并可读取其他协议提交的任务。',
    },
    before: '–',
    path: '/polyphony/v1',
    key: bearer,
    curl: {
      submit: post(
        '/polyphony/v1/tasks',
        BEARER,
        '{"operation":"suno/music","input":{"gpt_description_prompt":"a shanty about a night train"}}',
      ),
      idAt: 'id',
      read: get('/polyphony/v1/tasks/$ID?wait=60', BEARER),
    },
    notes: {
      en: [
        '`GET /polyphony/v1/operations` lists what this key can make now, with fields, prices and examples; `POST /polyphony/v1/quote` prices a task without making it.',
        'The [typed client and the provider of the AI SDK](../clients.md) speak this protocol.',
      ],
      zh: [
        '`GET /polyphony/v1/operations` 列出该密钥当前可用的操作（字段、价格、示例）；`POST /polyphony/v1/quote` 只报价不执行。',
        '[带类型的客户端与 AI SDK provider](../clients.md) 使用本协议。',
      ],
    },
  },
]
