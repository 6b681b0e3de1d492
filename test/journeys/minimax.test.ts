import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measure } from '../../src/assets/measure.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Received, type Receiver, type Reply } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** MiniMax's three steps, as a ComfyUI node takes them, below the relays' prefix and at the vendor's own paths. */

interface Query {
  task_id: string
  status: string
  file_id: string
  video_width: number
  video_height: number
  base_resp: { status_code: number; status_msg: string }
}

const FRAME = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='}`

let gateway: TestGateway
let receiver: Receiver
beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
  receiver.onRequest = echo
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

async function send<Body = Query>(
  method: string,
  path: string,
  sending: Sending = {},
): Promise<{ status: number; body: Body }> {
  const headers = { authorization: `Bearer ${sending.key ?? TEST_KEY}`, ...sending.headers }
  const { status, body } = await gateway.send(method, path, { ...sending, key: null, headers })
  return { status, body: body as unknown as Body } // the shape that its clients rely on
}

async function make(body: JsonObject, prefix = '/minimax'): Promise<string> {
  const created = await send('POST', `${prefix}/v1/video_generation`, { body })
  expect(created).toEqual({
    status: 200,
    body: { task_id: expect.any(String), base_resp: { status_code: 0, status_msg: 'success' } },
  })
  return created.body.task_id
}

async function ended(id: string, prefix = '/minimax'): Promise<Query> {
  const { status, body } = await send('GET', `${prefix}/v1/query/video_generation?task_id=${id}&wait=25`)
  expect(status).toBe(200)
  expect(body.base_resp.status_code).toBe(0)
  return body
}

const RUNS: [string, JsonObject][] = [
  [
    'text',
    {
      ...{ model: 'MiniMax-Hailuo-02', prompt: 'a clock sandbox:fast', duration: 6, resolution: '768P' },
      ...{ prompt_optimizer: true, fast_pretreatment: false, seed: 7 },
    },
  ],
  ['a frame', { model: 'MiniMax-Hailuo-2.3', prompt: 'sandbox:fast', first_frame_image: FRAME }],
  ['a face', { model: 'S2V-01', prompt: 'sandbox:fast', subject_reference: { type: 'character', image: [FRAME] } }],
]

describe.each(['/minimax', ''])('MiniMax’s protocol below "%s"', (prefix) => {
  it.each(RUNS)('makes a video from %s, which is queried and downloaded', async (_what, body) => {
    const id = await make(body, prefix)
    const done = await ended(id, prefix)
    expect(done).toMatchObject({ task_id: id, status: 'Success', base_resp: { status_msg: 'success' } })
    expect(done.video_width).toBeGreaterThan(done.video_height)
    const { body: shown } = await send<{ file: { bytes: number; download_url: string; file_id: string } }>(
      'GET',
      `${prefix}/v1/files/retrieve?file_id=${done.file_id}`,
    )
    expect(shown).toMatchObject({ base_resp: { status_code: 0 }, file: { file_id: done.file_id } })
    const { headers, bytes } = await download(shown.file.download_url)
    expect(headers.get('content-type')).toBe('video/mp4')
    expect(bytes.length).toBe(shown.file.bytes)
  })
})

const SECOND_RUNS: [string, JsonObject[], JsonObject][] = [
  ['text', [{ type: 'text', text: 'a market sandbox:fast' }], {}],
  [
    'frames',
    [
      { type: 'text', text: 'sandbox:fast' },
      { type: 'image_url', image_url: { url: FRAME } },
      { type: 'image_url', image_url: { url: FRAME }, role: 'last_frame' },
    ],
    { resolution: '2K', ratio: 'adaptive' },
  ],
  [
    'references',
    [
      { type: 'text', text: 'sandbox:fast' },
      { type: 'image_url', image_url: { url: FRAME }, role: 'reference_image' },
      { type: 'image_url', image_url: { url: FRAME }, role: 'reference_image' },
    ],
    { duration: '6', ratio: '9:16' },
  ],
]

interface SecondTask {
  task: { id: string; status: string; content?: { url: string }; duration: number; resolution: string }
}

describe.each(['/minimax', ''])('MiniMax’s second version below "%s"', (prefix) => {
  it.each(SECOND_RUNS)(
    'makes a video from %s, whose URL is in the answer to the query',
    async (_what, content, more) => {
      const created = await send('POST', `${prefix}/v2/video_generation`, {
        body: { model: 'MiniMax-H3', content, resolution: '768P', duration: 5, ratio: '16:9', ...more },
      })
      expect(created).toMatchObject({ status: 200, body: { task_id: expect.any(String) } })
      const path = `${prefix}/v2/query/video_generation/${created.body.task_id}?wait=25`
      const { status, body } = await send<SecondTask>('GET', path)
      expect(status).toBe(200)
      expect(body.task).toMatchObject({ id: created.body.task_id, status: 'succeeded', model: 'MiniMax-H3' })
      const { headers } = await download(body.task.content?.url ?? '')
      expect(headers.get('content-type')).toBe('video/mp4')
    },
  )

  it.each<[JsonObject, string]>([
    [{ content: [{ type: 'text', text: 'a' }] }, 'model is required.'],
    [{ model: 'MiniMax-H2', content: [{ type: 'text', text: 'a' }] }, 'model must be one of "MiniMax-H3"'],
    [{ model: 'MiniMax-H3' }, 'content is required.'],
    [{ model: 'MiniMax-H3', content: [{ type: 'text', text: '' }] }, 'content.0.text is needed without'],
    [{ model: 'MiniMax-H3', content: [{ type: 'film' }] }, 'content.0.type must be one of text, image_url'],
    [{ model: 'MiniMax-H3', content: [{ type: 'image_url' }] }, 'content.0.image_url.url is required.'],
    [
      { model: 'MiniMax-H3', content: [{ type: 'image_url', image_url: { url: 'a.png' } }] },
      'content.0.image_url.url must be an http or https URL',
    ],
    [
      { model: 'MiniMax-H3', content: [{ type: 'image_url', image_url: { url: FRAME }, role: 'hero' }] },
      'content.0.role must be one of first_frame',
    ],
    [
      { model: 'MiniMax-H3', content: [{ type: 'text', text: 'a' }], duration: 4 },
      'duration must be at least 5, not 4.',
    ],
  ])('refuses %j in its own form, naming the field', async (body, message) => {
    expect(await send('POST', `${prefix}/v2/video_generation`, { body })).toMatchObject({
      status: 400,
      body: {
        type: 'error',
        error: { type: 'invalid_request_error', http_code: '400', message: expect.stringContaining(message) },
      },
    })
  })

  it('answers 404 in its own form for a task that it has not', async () => {
    const path = `${prefix}/v2/query/video_generation/01234567-89ab-4cde-8f01-23456789ab00`
    expect(await send('GET', path)).toMatchObject({ status: 404, body: { error: { type: 'not_found_error' } } })
  })
})

it('a callback of MiniMax’s second version is challenged, then called with the body of a query', async () => {
  const { body } = await send('POST', '/minimax/v2/video_generation', {
    body: {
      ...{ model: 'MiniMax-H3', content: [{ type: 'text', text: 'sandbox:slow=1' }] },
      callback_url: `${receiver.url}/second`,
    },
  })
  await receiver.until(() => cameTo('/second').length >= 3)
  const last = cameTo('/second').at(-1) as unknown as SecondTask
  expect(last.task).toMatchObject({ id: body.task_id, status: 'succeeded', content: { url: expect.any(String) } })
})

it('MiniMax’s file route streams the file, with ranges, for clients that found no URL', async () => {
  const { file_id } = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:fast' }))
  const answer = await fetch(`${gateway.url}/minimax/v1/file?file_id=${file_id}`, {
    headers: { authorization: `Bearer ${TEST_KEY}`, range: 'bytes=0-99' },
  })
  expect(answer.status).toBe(206)
  expect(answer.headers.get('content-type')).toBe('video/mp4')
  expect((await answer.arrayBuffer()).byteLength).toBe(100)
})

/** The challenge that a receiver gets before any callback. */
interface Challenge {
  challenge: string
}

/** A receiver as MiniMax documents it: it echoes a challenge, and answers anything else with success. */
function echo({ body }: Received): Reply {
  const { challenge } = JSON.parse(body) as Partial<Challenge> // the shape that MiniMax's clients rely on
  return { status: 200, body: JSON.stringify(challenge === undefined ? { status: 'success' } : { challenge }) }
}

/** The bodies that a path of the receiver got, the oldest first. */
function cameTo(path: string): (Challenge | Query)[] {
  return receiver.received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body))
}

it.each(['/minimax', ''])(
  'a MiniMax callback below "%s" is challenged, then called at each change in its own words',
  async (prefix) => {
    const path = `/hears${prefix}`
    const id = await make({ model: 'T2V-01', prompt: 'sandbox:slow=1', callback_url: receiver.url + path }, prefix)
    expect(cameTo(path)[0]).toEqual({ challenge: expect.stringMatching(/./) })
    await receiver.until(() => cameTo(path).length >= 3)
    const bodies = cameTo(path).slice(1) as Query[] // the first is the challenge
    expect(bodies.map(({ status }) => status).sort()).toEqual(['processing', 'success'])
    expect(bodies.find(({ status }) => status === 'success')).toEqual({ ...(await ended(id)), status: 'success' })
  },
)

it('a MiniMax callback is challenged for each request, with a different word', async () => {
  const callback_url = `${receiver.url}/twice`
  await make({ model: 'T2V-01', prompt: 'sandbox:fast', callback_url })
  await make({ model: 'T2V-01', prompt: 'sandbox:fast', callback_url })
  const words = cameTo('/twice').flatMap((body) => ('challenge' in body ? [body.challenge] : []))
  expect(new Set(words).size).toBe(2)
})

it('a MiniMax callback is challenged once for a request that is repeated under its Idempotency-Key', async () => {
  const sending = {
    body: { model: 'T2V-01', prompt: 'sandbox:fast', callback_url: `${receiver.url}/repeated` },
    headers: { 'Idempotency-Key': 'minimax-repeated' },
  }
  const first = await send('POST', '/minimax/v1/video_generation', sending)
  const second = await send('POST', '/minimax/v1/video_generation', sending)
  expect(first.body.task_id).toMatch(/./)
  expect(second.body).toEqual(first.body)
  expect(cameTo('/repeated').filter((body) => 'challenge' in body)).toHaveLength(1)
})

describe('a MiniMax callback', () => {
  const REPLIES: [string, Receiver['onRequest'], RegExp][] = [
    ['another word', () => ({ status: 200, body: '{"challenge":"another"}' }), /the same JSON/],
    ['no JSON', () => ({ status: 200, body: 'ok' }), /the same JSON/],
    ['nothing', () => 200, /the same JSON/],
    ['an error that echoes', (received) => ({ ...echo(received), status: 500 }), /2xx, not 500/],
    ['a redirect', () => ({ status: 307, headers: { location: `${receiver.url}/elsewhere` } }), /2xx, not 307/],
    ['more than 64 KiB', () => ({ status: 200, body: ' '.repeat(65_537) }), /more than 65536 bytes/],
    ['no answer', () => 'silence', /did not answer within 3000 ms/],
  ]
  it.each(REPLIES)(
    'that answers the challenge with %s is refused, and nothing is stored',
    async (_what, onRequest, why) => {
      receiver.onRequest = onRequest
      try {
        await refused(`${receiver.url}/refused`, why)
      } finally {
        receiver.onRequest = echo
      }
      expect(cameTo('/elsewhere')).toEqual([])
    },
  )

  it.each([
    ['a private address', 'http://10.0.0.1/hook', /special address/],
    ['a closed port', 'http://127.0.0.1:1/hook', /ECONNREFUSED/],
    ['an invalid URL', 'hook', /not an http or https URL/],
  ])('at %s is refused, and nothing is stored', (_what, url, why) => refused(url, why))

  /** Live keys need a provider, so this gateway has one. */
  let paid: TestGateway
  beforeAll(async () => {
    paid = await openGateway({ replaced: { builtIn: [handProvider({ operations: ['hailuo/video_generation'] })] } })
  })
  afterAll(() => paid?.[Symbol.asyncDispose]())

  const ask = (callback_url: string) =>
    paid.send('POST', '/minimax/v1/video_generation', { body: { model: 'T2V-01', prompt: 'a', callback_url } })
  const books = async () => ({
    tasks: await paid.store.countTasks({ tenantId: paid.tenantId }),
    balance: await paid.balance(),
  })

  async function refused(callback_url: string, why: RegExp): Promise<void> {
    const before = await books()
    const { status, body } = await ask(callback_url)
    expect(status).toBe(200)
    expect(body).toEqual({ base_resp: { status_code: 2013, status_msg: expect.stringMatching(/^callback_url /) } })
    expect(JSON.stringify(body)).toMatch(why)
    expect(await books()).toEqual(before)
  }

  it('that echoes the challenge is accepted, and the task is paid for', async () => {
    const before = await books()
    expect(await ask(`${receiver.url}/taken`)).toMatchObject({ body: { base_resp: { status_code: 0 } } })
    const after = await books()
    expect(after.tasks).toBe(before.tasks + 1)
    expect(after.balance.held).toBeGreaterThan(before.balance.held)
  })
})

interface SoundBody {
  data: { audio: string; status: number }
  extra_info: Record<string, number | string>
  trace_id: string
  base_resp: { status_code: number; status_msg: string }
}

const VOICE = { voice_id: 'English_expressive_narrator', speed: 1.2, vol: 1, pitch: 0, emotion: 'happy' }
const speech = (more: JsonObject = {}): JsonObject => ({
  ...{ model: 'speech-2.8-hd', text: 'The ferry leaves at noon. sandbox:fast', stream: false, voice_setting: VOICE },
  ...{ audio_setting: { sample_rate: 32_000, bitrate: 128_000, format: 'mp3', channel: 1 }, subtitle_enable: false },
  ...more,
})
const bytesOf = ({ data }: SoundBody) => Buffer.from(data.audio, 'hex')

describe.each(['/minimax', ''])('MiniMax’s sounds and pictures below "%s"', (prefix) => {
  it('speech is in the answer in hexadecimal, with the figures of the file', async () => {
    const { status, body } = await send<SoundBody>('POST', `${prefix}/v1/t2a_v2?GroupId=1`, { body: speech() })
    expect(status).toBe(200)
    expect(body).toMatchObject({ data: { status: 2 }, base_resp: { status_code: 0 }, trace_id: expect.any(String) })
    const file = bytesOf(body)
    expect(await measure(file, 'audio/mpeg')).toEqual({
      seconds: expect.closeTo(Number(body.extra_info.audio_length) / 1_000, 1),
    })
    expect(body.extra_info).toMatchObject({
      ...{ audio_format: 'mp3', audio_size: file.length, audio_sample_rate: 44_100, audio_channel: 1 },
      ...{ usage_characters: 38, word_count: 6 },
    })
  })

  it('a song is one file, by its URL', async () => {
    const { body } = await send<SoundBody>('POST', `${prefix}/v1/music_generation`, {
      body: {
        ...{ model: 'music-2.6', prompt: 'folk sandbox:fast', lyrics: '[Verse]\nla la', output_format: 'url' },
        audio_setting: { sample_rate: 44_100, bitrate: 256_000, format: 'mp3' },
      },
    })
    const { headers, bytes } = await download(body.data.audio)
    expect(headers.get('content-type')).toBe('audio/mpeg')
    expect(body.extra_info).toMatchObject({ music_size: bytes.length, music_channel: expect.any(Number) })
    expect(Number(body.extra_info.music_duration)).toBeGreaterThan(1_000)
  })

  it.each(['url', 'base64'])('pictures are in the answer as %s', async (form) => {
    const { body } = await send<{ data: Record<string, string[]>; metadata: JsonObject }>(
      'POST',
      `${prefix}/v1/image_generation`,
      {
        body: {
          ...{ model: 'image-01', prompt: 'a lighthouse sandbox:fast', aspect_ratio: '21:9', n: '2' },
          ...{ response_format: form, prompt_optimizer: true, width: null },
        },
      },
    )
    expect(body).toMatchObject({ metadata: { success_count: '2', failed_count: '0' }, base_resp: { status_code: 0 } })
    const [first = ''] = body.data[form === 'url' ? 'image_urls' : 'image_base64'] ?? []
    const bytes = form === 'url' ? (await download(first)).bytes : Buffer.from(first, 'base64')
    expect(await measure(bytes, 'image/jpeg')).toEqual({ widthPx: 1_344, heightPx: 576 })
  })

  it('speech that is read later is queried by its task, and downloaded in two ways', async () => {
    const created = await send<JsonObject>('POST', `${prefix}/v1/t2a_async_v2`, {
      body: { ...speech({ stream: null }), audio_setting: { audio_sample_rate: 32_000, format: 'mp3', channel: 2 } },
    })
    const { task_id, file_id } = created.body
    expect(created.body).toMatchObject({ usage_characters: 38, base_resp: { status_code: 0 } })
    const queried = await send('GET', `${prefix}/v1/query/t2a_async_query_v2?task_id=${task_id}&wait=25`)
    expect(queried.body).toEqual({
      ...{ task_id, file_id, status: 'Success' },
      base_resp: { status_code: 0, status_msg: 'success' },
    })
    const { body } = await send<{ file: JsonObject }>('GET', `${prefix}/v1/files/retrieve?file_id=${file_id}`)
    expect(body.file).toMatchObject({ purpose: 't2a_async', filename: 'output.mp3' })
    const { bytes } = await download(String(body.file.download_url))
    const headers = { authorization: `Bearer ${TEST_KEY}` }
    const content = await fetch(`${gateway.url}${prefix}/v1/files/retrieve_content?file_id=${file_id}`, { headers })
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true)
  })
})

describe.each(['/minimax', ''])('MiniMax’s uploaded texts below "%s"', (prefix) => {
  const upload = (content: string | Buffer, purpose = 't2a_async_input', name = 'tale.txt') => {
    const form = new FormData()
    form.set('purpose', purpose)
    form.set('file', new Blob([content]), name)
    return fetch(`${gateway.url}${prefix}/v1/files/upload`, {
      ...{ method: 'POST', body: form },
      headers: { authorization: `Bearer ${TEST_KEY}` },
    }).then((answer) => answer.json() as Promise<{ file: JsonObject; base_resp: JsonObject }>)
  }
  const { text: _text, ...voice } = speech({})
  const speak = (body: JsonObject) =>
    send<JsonObject>('POST', `${prefix}/v1/t2a_async_v2`, { body: { ...voice, ...body } as JsonObject })

  it('are spoken by the id of their file, listed and deleted', async () => {
    const { file, base_resp } = await upload('The ferry leaves at noon, and not before.')
    expect([base_resp, file]).toMatchObject([
      { status_code: 0 },
      { bytes: 41, filename: 'tale.txt', purpose: 't2a_async_input', created_at: expect.any(Number) },
    ])
    const created = await speak({ text_file_id: file.file_id as string, text: '' })
    expect(created.body).toMatchObject({ usage_characters: 41, base_resp: { status_code: 0 } })
    const query = `${prefix}/v1/query/t2a_async_query_v2?task_id=${created.body.task_id}&wait=25`
    expect((await send('GET', query)).body).toMatchObject({ status: 'Success' })
    const listed = await send<{ files: JsonObject[] }>('GET', `${prefix}/v1/files/list?purpose=t2a_async_input`)
    expect(listed.body.files).toContainEqual(file)
    const at = `file_id=${file.file_id}`
    expect((await send('GET', `${prefix}/v1/files/retrieve?${at}`)).body).toMatchObject({ file })
    const content = await fetch(`${gateway.url}${prefix}/v1/files/retrieve_content?${at}`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    })
    expect(await content.text()).toContain('The ferry')
    const gone = { file_id: file.file_id as string, purpose: 't2a_async_input' }
    for (const code of [0, 2013]) {
      const deleted = await send('POST', `${prefix}/v1/files/delete`, { body: gone })
      expect(deleted.body).toMatchObject({ base_resp: { status_code: code } })
    }
  })

  it('are refused by name where they cannot be spoken', async () => {
    const saysOf = ({ base_resp }: { base_resp: JsonObject }) => String(base_resp.status_msg)
    expect(saysOf(await upload('x', 'voice_clone'))).toContain('purpose must be t2a_async_input')
    expect(saysOf(await upload('x', ''))).toContain('purpose is required')
    expect(saysOf(await upload(''))).toContain('file must not be empty')
    const idOf = async (content: string | Buffer) => (await upload(content)).file.file_id as string
    const refused: [body: JsonObject, says: string][] = [
      [{ text_file_id: await idOf(Buffer.from('504b0304ff00', 'hex')) }, 'text_file_id must name a file of text'],
      [{ text_file_id: await idOf('a'.repeat(10_001)) }, 'text_file_id'],
      [{ text_file_id: await idOf('hi'), text: 'hi' }, 'text_file_id must be left out'],
      [{ text_file_id: 12345678901 }, 'text_file_id names no file'],
      [{ text_file_id: 0 }, 'text'],
    ]
    for (const [body, says] of refused) {
      const { body: answer } = await speak(body)
      expect(saysOf(answer as { base_resp: JsonObject })).toContain(says)
    }
  })
})

describe('MiniMax’s streamed speech', () => {
  const eventsOf = async (body: JsonObject): Promise<SoundBody[]> => {
    const answer = await fetch(`${gateway.url}/minimax/v1/t2a_v2`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    return (await answer.text()).split('\n\n').flatMap((event) => (event ? [JSON.parse(event.slice(6))] : []))
  }

  it.each([
    ['mp3', {}, true],
    ['flac', { exclude_aggregated_audio: 'true' }, false],
    ['pcm', { exclude_aggregated_audio: true }, false],
  ])('sends %s piece by piece, and at the end the whole unless that is excluded', async (format, options, isWhole) => {
    const events = await eventsOf(
      speech({ stream: true, stream_options: options, output_format: 'url', audio_setting: { format } }),
    )
    const end = events.at(-1)
    const pieces = Buffer.concat(events.slice(0, -1).map(bytesOf))
    expect(events.slice(0, -1).map(({ data }) => data.status)).toEqual(events.slice(1).map(() => 1))
    expect(end).toMatchObject({ data: { status: 2 }, extra_info: { audio_format: format, audio_size: pieces.length } })
    expect(end?.data.audio).toBe(isWhole ? pieces.toString('hex') : '')
    const beginnings: Record<string, string> = { flac: 'fLaC' }
    if (beginnings[format]) expect(pieces.toString('latin1', 0, 4)).toBe(beginnings[format])
    // Samples alone: two bytes each, and no header before them.
    if (format === 'pcm')
      expect(pieces.length).toBe(2 * Math.round((22_050 * Number(end?.extra_info.audio_length)) / 1_000))
  })

  it('is answered as an error where the work fails', async () => {
    const { status, body } = await send('POST', '/v1/t2a_v2', {
      body: speech({ stream: true, text: 'sandbox:moderation sandbox:fast' }),
    })
    expect(status).toBe(200)
    expect(body).toEqual({ base_resp: { status_code: 1026, status_msg: expect.stringContaining('moderation') } })
  })
})

it.each<[string, JsonObject, string]>([
  ['t2a_v2', speech({ text: '' }), 'text is required'],
  ['t2a_v2', speech({ text: 'a'.repeat(10_001) }), 'text'],
  [
    't2a_v2',
    speech({ voice_setting: { voice_id: '', speed: 1 } }),
    'voice_setting.voice_id is needed without timbre_weights',
  ],
  ['t2a_v2', speech({ voice_setting: { ...VOICE, speed: 'fast' } }), 'voice_setting.speed'],
  ['t2a_v2', speech({ subtitle_enable: 'true' }), 'subtitle_enable must be false'],
  ['t2a_v2', speech({ output_format: 'mp3' }), 'output_format must be one of hex, url'],
  ['t2a_v2', speech({ stream: 1 }), 'stream must be a boolean'],
  ['t2a_v2', speech({ stream: true, audio_setting: { format: 'wav' } }), 'audio_setting.format must not be wav'],
  ['t2a_v2', speech({ stream: true, stream_options: 'no' }), 'stream_options must be an object'],
  ['t2a_v2', speech({ timber_weights: [{ voice_id: 'a', weight: 0 }] }), 'timber_weights.0.weight'],
  ['t2a_async_v2', { ...speech(), text: null, text_file_id: 7 }, 'text_file_id names no file'],
  ['t2a_async_v2', speech({ callback_url: 7 }), 'callback_url must be a string'],
  ['music_generation', { model: 'music-2.6', prompt: 'folk' }, 'lyrics is needed without is_instrumental'],
  ['music_generation', { model: 'music-2.6', is_instrumental: true }, 'prompt is needed without lyrics'],
  ['music_generation', { model: 'music-2.6', lyrics: 'la', audio_setting: { format: 'wav' } }, 'audio_setting.format'],
  ['music_generation', { model: 'music-9', lyrics: 'la' }, 'model must be one of'],
  ['music_generation', { model: 'music-2.6', lyrics: 'la', refer_voice: 'v' }, 'refer_voice is not read here'],
  ['music_generation', { model: 'music-2.6', lyrics: 'la', aigc_watermark: true }, 'aigc_watermark must be false'],
  ['image_generation', { model: 'image-01' }, 'prompt is required'],
  ['image_generation', { model: 'image-01', prompt: 'a', width: 512 }, 'height is needed with width'],
  ['image_generation', { model: 'image-01', prompt: 'a', n: 10 }, 'n must be'],
  [
    'image_generation',
    { model: 'image-01', prompt: 'a', response_format: 'b64_json' },
    'response_format must be one of',
  ],
  [
    'image_generation',
    { model: 'image-01', prompt: 'a', subject_reference: [{ type: 'dog', image_file: FRAME }] },
    'subject_reference.0.type',
  ],
])('MiniMax’s %s refuses a wrong field by its name, and stores nothing: %j', async (route, body, says) => {
  const before = await gateway.store.countTasks({ tenantId: gateway.tenantId })
  const answer = await send('POST', `/minimax/v1/${route}`, { body })
  expect(answer).toEqual({
    status: 200,
    body: { base_resp: { status_code: 2013, status_msg: expect.stringContaining(says) } },
  })
  expect(await gateway.store.countTasks({ tenantId: gateway.tenantId })).toBe(before)
})

it('a song of MiniMax’s protocol is composed by the studio for a live key', async () => {
  const { body } = await send<SoundBody>('POST', '/v1/music_generation', {
    key: LIVE_KEY,
    body: { model: 'music-2.5', prompt: 'slow ambient', is_instrumental: true, output_format: 'hex', seed: 7 },
  })
  expect(body).toMatchObject({ data: { status: 2 }, base_resp: { status_code: 0 } })
  expect(await measure(bytesOf(body), 'audio/mpeg')).toEqual({
    seconds: expect.closeTo(Number(body.extra_info.music_duration) / 1_000, 0),
  })
  const [task] = await gateway.store.listTasks({ tenantId: gateway.tenantId, mode: 'live', limit: 1 })
  expect(task).toMatchObject({ operation: 'minimax/music_generation', status: 'completed', consumedPoints: 1_500_000 })
})

it('MiniMax’s query shows a failed task with its reason', async () => {
  const done = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:moderation sandbox:fast' }))
  expect(done).toMatchObject({ status: 'Fail', file_id: '', base_resp: { status_code: 0 } })
  expect(done.base_resp.status_msg).toMatch(/moderation/)
})

it.each<[string, string, string, Sending, number]>([
  ['a bad key', 'POST', '/v1/video_generation', { key: 'wrong', body: {} }, 2049],
  ['a bad body', 'POST', '/v1/video_generation', { body: [] as Json }, 2013],
  ['an unknown model', 'POST', '/minimax/v1/video_generation', { body: { model: 'x', prompt: 'a' } }, 2013],
  ['an unknown task', 'GET', '/v1/query/video_generation?task_id=none', {}, 2013],
  ['a query without a task', 'GET', '/v1/query/video_generation', {}, 2013],
  ['an unknown file', 'GET', '/v1/files/retrieve?file_id=01234567-89ab-4cde-8f01-23456789ab01', {}, 2013],
  [
    'an operation that no provider performs',
    'POST',
    '/v1/video_generation',
    { key: LIVE_KEY, body: { model: 'T2V-01', prompt: 'a' } },
    1000,
  ],
])('MiniMax’s protocol answers %s with status 200 and an error code', async (_what, method, path, sending, code) => {
  const { status, body } = await send(method, path, sending)
  expect(status).toBe(200)
  expect(body).toEqual({ base_resp: { status_code: code, status_msg: expect.stringMatching(/./) } })
})

it('MiniMax’s routes read a task of PiAPI’s routes, and none of another family', async () => {
  const given = { model: 'hailuo', key: TEST_KEY }
  const { task_id } = await gateway.piapi.create('video_generation', { model: 't2v-01', prompt: 'sandbox:fast' }, given)
  expect(await ended(task_id)).toMatchObject({ task_id, status: 'Success' })
  const song = await gateway.piapi.song({ prompt: 'la' }, { key: TEST_KEY })
  const { body } = await send('GET', `/v1/query/video_generation?task_id=${song.task_id}`)
  expect(body.base_resp.status_code).toBe(2013)
})

it('MiniMax’s routes do not know another tenant’s file', async () => {
  const { file_id, task_id } = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:fast' }))
  const { key } = await gateway.tenant({ key: { mode: 'test' } })
  for (const path of [
    `/v1/files/retrieve?file_id=${file_id}`,
    `/minimax/v1/file?file_id=${file_id}`,
    `/v1/query/video_generation?task_id=${task_id}`,
  ]) {
    expect((await send('GET', path, { key })).body.base_resp.status_code).toBe(2013)
  }
})

it('the ledger is balanced after all tasks of MiniMax’s protocol', () => gateway.assertBalanced())
