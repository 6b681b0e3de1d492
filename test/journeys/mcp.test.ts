import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** MCP as hosts of language models speak it: the official client, over real HTTP, in both families of its revisions. */

/** Requests of one key that may wait at once: as many as the calls of PiAPI's tools below. */
const WAITS = 30

let gateway: TestGateway
const clients: Client[] = []

beforeAll(async () => {
  gateway = await openGateway({
    env: {
      POLYPHONY_CORS_ORIGINS: 'https://allowed.example',
      POLYPHONY_WAITS_PER_KEY: String(WAITS),
      // Composing takes most of the time of this file.
      POLYPHONY_STUDIO_SONG_SECONDS: '4',
    },
  })
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await gateway?.stop()
})

interface Connecting {
  key?: string
  path?: string
  revision?: '2025' | '2026'
}

async function connected({ key = TEST_KEY, path = '/mcp', revision = '2026' }: Connecting = {}): Promise<Client> {
  const mode = revision === '2026' ? 'auto' : 'legacy'
  const client = new Client({ name: 'journey', version: '1.0.0' }, { versionNegotiation: { mode } })
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(path, gateway.url), { requestInit }))
  clients.push(client)
  return client
}

type Result = Awaited<ReturnType<Client['callTool']>>

function dataOf({ structuredContent }: Result): JsonObject {
  if (!isJsonObject(structuredContent)) throw new Error('The result has no structured content.')
  return structuredContent
}

function textOf({ content }: Result): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

describe.each(['2025', '2026'] as const)('a client of the revisions of %s', (revision) => {
  it('finds an operation, asks for its price, and makes what it waits for, with progress', {
    timeout: 90_000, // the first loads the SDK, its client and the catalogue
  }, async () => {
    const client = await connected({ revision })
    const call = (name: string, args: JsonObject) => client.callTool({ name, arguments: args })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'find_operations',
      'describe_operation',
      'quote',
      'submit',
      'wait',
      'get_task',
      'cancel_task',
      'balance',
      'history',
    ])
    const found = dataOf(await call('find_operations', { query: 'song', kind: 'clips' }))
    expect(found.operations).toContainEqual(expect.objectContaining({ id: 'suno/music', available: true }))
    const described = dataOf(await call('describe_operation', { operation: 'suno/music' }))
    expect(described).toMatchObject({ input_schema: { properties: { tags: { type: 'string' } } } })
    const order = { operation: 'suno/music', input: { prompt: '[Verse]\nThe last tram home', tags: 'folk' } }
    const quoted = dataOf(await call('quote', order))
    expect(quoted).toMatchObject({ is_affordable: true, price_points: expect.any(Number) })

    const made = dataOf(await call('submit', { ...order, idempotency_key: `song-${revision}` }))
    const again = dataOf(await call('submit', { ...order, idempotency_key: `song-${revision}` }))
    expect(again.id).toBe(made.id)
    const reports: number[] = []
    const onprogress = ({ progress }: { progress: number }) => void reports.push(progress)
    const waiting = { name: 'wait', arguments: { task_id: String(made.id), seconds: 60 } }
    const song = await client.callTool(waiting, { onprogress, resetTimeoutOnProgress: true })
    expect(dataOf(song)).toMatchObject({ status: 'completed', price_points: quoted.price_points })
    expect(reports.length).toBeGreaterThan(0)
    expect(reports).toEqual(reports.toSorted((one, other) => one - other))
    expect(song.content.map(({ type }) => type)).toEqual(expect.arrayContaining(['resource_link', 'image', 'audio']))
    const listed = dataOf(await call('history', { limit: 1, kind: 'clips' }))
    expect(listed.tasks).toMatchObject([{ id: made.id }])
  })

  it('ends waits by cancelling the calls, and the task goes on', async () => {
    const client = await connected({ revision })
    const made = dataOf(await client.callTool({ name: 'submit', arguments: SLOW }))
    const task_id = String(made.id)
    const cancelled = Array.from({ length: WAITS }, () => {
      const controller = new AbortController()
      const call = { name: 'wait', arguments: { task_id, seconds: 60 } }
      return client.callTool(call, { signal: controller.signal, onprogress: () => controller.abort() })
    })
    const outcomes = await Promise.allSettled(cancelled)
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'))
    // Every place to wait that the key has was taken by one of them.
    await expect
      .poll(async () => dataOf(await client.callTool({ name: 'wait', arguments: { task_id, seconds: 0.01 } })))
      .toMatchObject({ id: task_id })
    const { status } = dataOf(await client.callTool({ name: 'get_task', arguments: { task_id } }))
    expect(status).not.toBe('cancelled')
    const ended = dataOf(await client.callTool({ name: 'cancel_task', arguments: { task_id } }))
    expect(ended).toMatchObject({ id: task_id, status: 'cancelled', consumed_points: 0 })
  })

  it('reads prompts and resources', async () => {
    const client = await connected({ revision })
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toContain('make_song')
    const { messages } = await client.getPrompt({ name: 'make_song', arguments: { about: 'fog', style: 'dub' } })
    expect(JSON.stringify(messages)).toContain('Style: dub')
    await expect(client.getPrompt({ name: 'make_song', arguments: {} })).rejects.toMatchObject({ code: -32_602 })
    const { contents } = await client.readResource({ uri: 'polyphony://operations' })
    expect(JSON.stringify(contents)).toContain('suno/music')
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ name }) => name)).toEqual(['operation', 'task'])
    const one = await client.readResource({ uri: 'polyphony://operations/suno/music' })
    expect(JSON.stringify(one.contents)).toContain('make_instrumental')
    await expect(client.readResource({ uri: 'polyphony://nothing' })).rejects.toThrow()
  })
})

it('a song that is composed on a live key comes with links that need no key, and is paid', {
  timeout: 120_000,
}, async () => {
  const client = await connected({ key: LIVE_KEY })
  const before = dataOf(await client.callTool({ name: 'balance', arguments: {} }))
  const input = { gpt_description_prompt: 'rain on a tin roof', make_instrumental: true }
  const call = { name: 'submit', arguments: { operation: 'suno/music', input, wait_seconds: 100 } }
  const song = await client.callTool(call, { onprogress: () => {}, resetTimeoutOnProgress: true })
  expect(dataOf(song)).toMatchObject({ status: 'completed' })
  const link = song.content.find((part) => part.type === 'resource_link' && part.mimeType === 'audio/mpeg')
  if (link?.type !== 'resource_link') throw new Error('The song has no link.')
  const file = await fetch(link.uri)
  expect(file.headers.get('content-type')).toBe('audio/mpeg')
  expect((await file.arrayBuffer()).byteLength).toBe(link.size)
  const { contents } = await client.readResource({ uri: link.uri })
  expect(contents).toMatchObject([{ mimeType: 'audio/mpeg', blob: expect.any(String) }])
  const after = dataOf(await client.callTool({ name: 'balance', arguments: {} }))
  expect(Number(before.available_points) - Number(after.available_points)).toBe(dataOf(song).consumed_points)
})

describe('a call that is wrong', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['submit', { operation: 'suno/music' }, { code: 'invalid_input', field: 'input' }],
    ['submit', { operation: 'suno/dance', input: {} }, { code: 'unknown_operation', field: 'operation' }],
    ['submit', { operation: 'suno/music', input: { tags: 7 } }, { code: 'invalid_input', field: 'input.tags' }],
    ['quote', { operation: 'suno/lyrics', input: {} }, { code: 'invalid_input', field: 'input.prompt' }],
    ['wait', { task_id: 'none' }, { code: 'task_not_found' }],
    ['wait', { task_id: 'none', seconds: 999 }, { code: 'invalid_input', field: 'seconds' }],
    ['history', { limit: 0 }, { code: 'invalid_input', field: 'limit' }],
    ['balance', { of: 'another' }, { code: 'invalid_input', field: 'of' }],
  ])('of %s with %o is answered by a result that names the field, and stores nothing', async (name, args, error) => {
    const client = await connected()
    const count = async () => dataOf(await client.callTool({ name: 'history', arguments: { limit: 1 } })).tasks
    const before = await count()
    const result = await client.callTool({ name, arguments: args })
    expect(result).toMatchObject({ isError: true, structuredContent: { error } })
    expect(textOf(result)).toContain(String(error.code))
    expect(await count()).toEqual(before)
  })

  it('but has its input as the text of an object, is read as it is meant', async () => {
    const client = await connected()
    const args = { operation: 'suno/lyrics', input: '{"prompt":"fog"}' }
    const quoted = await client.callTool({ name: 'quote', arguments: args })
    expect(dataOf(quoted)).toMatchObject({ is_affordable: true })
  })

  it('of a tool that there is not is an error of the protocol', async () => {
    const client = await connected()
    await expect(client.callTool({ name: 'dance', arguments: {} })).rejects.toMatchObject({ code: -32_602 })
  })

  it('shows no task of another tenant, and none of the other mode', async () => {
    const client = await connected()
    const { key } = await gateway.tenant({})
    const made = dataOf(await client.callTool({ name: 'submit', arguments: SLOW }))
    for (const other of [await connected({ key }), await connected({ key: LIVE_KEY })]) {
      for (const name of ['get_task', 'wait', 'cancel_task']) {
        const result = await other.callTool({ name, arguments: { task_id: String(made.id) } })
        expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: 'task_not_found' } } })
      }
      await expect(other.readResource({ uri: `polyphony://tasks/${made.id}` })).rejects.toThrow()
    }
    await client.callTool({ name: 'cancel_task', arguments: { task_id: String(made.id) } })
  })

  it('spends no more than the credit, and no more calls than the limit of the key', async () => {
    const { key } = await gateway.tenant({ creditPoints: 1, key: { requestsPerMinute: 4 } })
    const client = await connected({ key })
    const song = { operation: 'suno/music', input: { prompt: 'a song', make_instrumental: true } }
    const poor = await client.callTool({ name: 'submit', arguments: song })
    expect(poor).toMatchObject({ isError: true, structuredContent: { error: { code: 'insufficient_points' } } })
    await expect(
      (async () => {
        for (let count = 0; count < 4; count++) await client.callTool({ name: 'balance', arguments: {} })
      })(),
    ).rejects.toThrow(/429|requests a minute/)
  })
})

describe('a request to the MCP endpoint', () => {
  const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: {} }
  const ACCEPT = { accept: 'application/json, text/event-stream' }

  it('without a key is refused with the address of the metadata of the resource, which needs none', async () => {
    const { status, headers, body } = await gateway.send('POST', '/mcp', { key: null, headers: ACCEPT, body: LIST })
    expect({ status, body }).toMatchObject({
      status: 401,
      body: { jsonrpc: '2.0', error: { code: -32_000, data: { code: 'unauthorized' } } },
    })
    const [, address = ''] = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? []
    expect(await (await fetch(address)).json()).toMatchObject({
      resource: `${gateway.url}/mcp`,
      bearer_methods_supported: ['header'],
    })
  })

  it.each([
    ['a page elsewhere', 'https://evil.example', 403],
    ['a page that the settings allow', 'https://allowed.example', 200],
  ])('of %s is answered with the right status', async (_, origin, status) => {
    const sent = { headers: { ...ACCEPT, origin }, body: LIST }
    expect((await gateway.send('POST', '/mcp', sent)).status).toBe(status)
  })

  it('takes the key as x-api-key, and one message only', async () => {
    const one = await gateway.send('POST', '/mcp', { headers: ACCEPT, body: LIST })
    expect(one).toMatchObject({ status: 200 })
    const many = await gateway.send('POST', '/mcp', { headers: ACCEPT, body: [LIST, LIST] })
    expect(many).toMatchObject({ status: 400, body: { error: { code: -32_602 } } })
    const none = await gateway.send('POST', '/mcp', {
      headers: { ...ACCEPT, 'content-type': 'application/json' },
      text: '{',
    })
    expect(none).toMatchObject({ status: 400, body: { error: { code: -32_700 } } })
  })

  it('other than a POST is refused, since no session is kept', async () => {
    for (const method of ['GET', 'DELETE']) {
      expect(await gateway.send(method, '/mcp')).toMatchObject({ status: 405, body: { jsonrpc: '2.0' } })
    }
  })
})

describe('the tools of PiAPI’s MCP server', () => {
  const IMAGE = 'https://1.1.1.1/one.png' // a number, so that no name service is asked
  const FILM = 'https://1.1.1.1/one.mp4'
  const prompt = 'a red boat'

  /** A call with its least arguments, the task that PiAPI’s server makes of it, and what it says of the result. */
  const CALLS: [tool: string, args: JsonObject, operation: string, input: JsonObject, says: string][] = [
    [
      'image_faceswap',
      { swapImage: IMAGE, targetImage: IMAGE },
      'Qubico/image-toolkit/face-swap',
      { swap_image: IMAGE },
      'Image urls:',
    ],
    ['image_rmbg', { image: IMAGE }, 'Qubico/image-toolkit/background-remove', { image: IMAGE }, 'Image urls:'],
    ['image_segment', { image: IMAGE, prompt }, 'Qubico/image-toolkit/segment', { segment_factor: -15 }, 'Image urls:'],
    [
      'image_upscale',
      { image: IMAGE },
      'Qubico/image-toolkit/upscale',
      { scale: 2, face_enhance: false },
      'Image urls:',
    ],
    [
      'video_faceswap',
      { swapImage: IMAGE, targetVideo: FILM },
      'Qubico/video-toolkit/face-swap',
      { target_video: FILM },
      'Video url:',
    ],
    ['video_upscale', { video: FILM }, 'Qubico/video-toolkit/upscale', { video: FILM }, 'Video url:'],
    [
      'generate_image',
      { prompt, width: '512' },
      'Qubico/flux1-schnell/txt2img',
      { width: 512, height: 1024, steps: 4 },
      'Image urls:',
    ],
    ['generate_image', { prompt, model: 'dev', steps: 99 }, 'Qubico/flux1-dev/txt2img', { steps: 40 }, 'Image urls:'],
    [
      'generate_image',
      { prompt, lora: 'mystic-realism', referenceImage: IMAGE },
      'Qubico/flux1-dev-advanced/img2img-lora',
      { lora_settings: [{ lora_type: 'mystic-realism' }] },
      'Image urls:',
    ],
    [
      'modify_image',
      { prompt, referenceImage: IMAGE, model: 'outpaint', paddingLeft: 64 },
      'Qubico/flux1-dev-advanced/fill-outpaint',
      { steps: 25 },
      'Image urls:',
    ],
    [
      'derive_image',
      { prompt, referenceImage: IMAGE },
      'Qubico/flux1-dev-advanced/redux-variation',
      { image: IMAGE },
      'Image urls:',
    ],
    [
      'generate_image_controlnet',
      { prompt, referenceImage: IMAGE },
      'Qubico/flux1-dev-advanced/controlnet-lora',
      { steps: 25 },
      'Image urls:',
    ],
    [
      'generate_video_hunyuan',
      { prompt, referenceImage: IMAGE },
      'Qubico/hunyuan/img2video-concat',
      { aspect_ratio: '16:9' },
      'Video url:',
    ],
    [
      'generate_video_skyreels',
      { prompt, referenceImage: IMAGE },
      'Qubico/skyreels/img2video',
      { image: IMAGE },
      'Video url:',
    ],
    ['generate_video_wan', { prompt }, 'Qubico/wanx/txt2video-1.3b', { prompt }, 'Video url:'],
    [
      'generate_music_for_video',
      { prompt, video: FILM },
      'Qubico/mmaudio/video2audio',
      { negative_prompt: 'chaos, bad music' },
      'Music url:',
    ],
    [
      'tts_zero_shot',
      { genText: prompt, refAudio: 'https://1.1.1.1/one.mp3' },
      'Qubico/tts/zero-shot',
      { gen_text: prompt },
      'Speech url:',
    ],
    [
      'midjourney_imagine',
      { prompt, aspectRatio: '16:9' },
      'midjourney/imagine',
      { process_mode: 'fast', aspect_ratio: '16:9' },
      'Image urls:',
    ],
    ['generate_video_kling', { prompt, duration: '10s' }, 'kling/video_generation', { duration: 10 }, 'Video urls:'],
    ['generate_video_effect_kling', { image: IMAGE }, 'kling/effects', { effect: 'squish' }, 'Video urls:'],
    ['generate_music_suno', { prompt }, 'suno/music', { gpt_description_prompt: prompt }, 'Audio url: '],
    [
      'generate_music_suno',
      { prompt, title: 'Tram', tags: 'folk' },
      'suno/music',
      { prompt, title: 'Tram' },
      'Image url: ',
    ],
    [
      'generate_video_luma',
      { prompt, keyFrame: IMAGE },
      'luma/video_generation',
      { duration: 5 },
      'Video resolution: ',
    ],
    ['generate_3d_model', { image: IMAGE }, 'Qubico/trellis/image-to-3d', { image: IMAGE }, 'Model file url:'],
    [
      'generate_video_hailuo',
      { prompt, model: 'i2v-01', imageUrl: IMAGE },
      'hailuo/video_generation',
      { model: 'i2v-01' },
      'Video url:',
    ],
  ]

  it('have their names and parameters', async () => {
    const client = await connected({ path: '/mcp/piapi' })
    const { tools } = await client.listTools()
    expect(tools).toHaveLength(23)
    expect(new Set(CALLS.map(([name]) => name))).toEqual(
      new Set(tools.map(({ name }) => name).filter((name) => name !== 'show_image')),
    )
    expect(tools.find(({ name }) => name === 'generate_music_suno')?.inputSchema).toMatchObject({
      required: ['prompt'],
      properties: { makeInstrumental: { type: 'boolean', default: false }, negativeTags: { maxLength: 200 } },
    })
  })

  it('make the tasks that its server makes, and answer in its words', async () => {
    const client = await connected({ path: '/mcp/piapi', revision: '2025' })
    const faults: unknown[] = []
    await Promise.all(
      CALLS.map(async ([name, args, operation, input, says]) => {
        const result = await client.callTool({ name, arguments: args }, { onprogress: () => {}, timeout: 60_000 })
        const text = textOf(result)
        const [, id = ''] = /^TaskId: (\S+)\n/.exec(text) ?? []
        const task = id === '' ? undefined : await gateway.store.getTask({ id })
        const isRight =
          task?.operation === operation &&
          text.includes(says) &&
          /generated successfully!\nUsage: \S+ tokens\n/.test(text)
        if (!isRight || !holds(task.input, input))
          faults.push({ name, operation: task?.operation, input: task?.input, text })
      }),
    )
    expect(faults).toEqual([])
  })

  it('refuse what does not go together, and report a failure with the task', async () => {
    const client = await connected({ path: '/mcp/piapi' })
    const mixed = { name: 'generate_music_suno', arguments: { prompt, tags: 'folk', makeInstrumental: true } }
    expect(await client.callTool(mixed)).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'invalid_input', field: 'makeInstrumental' } },
    })
    const failing = { name: 'generate_image', arguments: { prompt: 'sandbox:fail' } }
    const failed = await client.callTool(failing)
    expect(failed.isError).toBe(true)
    expect(textOf(failed)).toMatch(/TaskId: \S+, Generation failed: /)
  })

  it('show a picture as one, by its address', async () => {
    const client = await connected()
    const order = { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt }, wait_seconds: 60 }
    const made = await client.callTool({ name: 'submit', arguments: order })
    const link = made.content.find((part) => part.type === 'resource_link')
    if (link?.type !== 'resource_link') throw new Error('The picture has no link.')
    const piapi = await connected({ path: '/mcp/piapi' })
    const shown = await piapi.callTool({ name: 'show_image', arguments: { url: link.uri } })
    expect(shown.content).toMatchObject([{ type: 'image', mimeType: 'image/jpeg', data: expect.any(String) }])
    const refused = await piapi.callTool({ name: 'show_image', arguments: { url: 'http://10.0.0.1/x.png' } })
    expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'address_refused' } } })
  })
})

it('polyphony mcp serves the same tools over standard input and output', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [fileURLToPath(new URL('../../bin/polyphony.js', import.meta.url)), 'mcp'],
    env: { PATH: process.env.PATH ?? '', POLYPHONY_URL: gateway.url, POLYPHONY_KEY: TEST_KEY },
  })
  const client = new Client({ name: 'journey', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transport)
  clients.push(client)
  expect((await client.listTools()).tools).toHaveLength(9)
  const order = { operation: 'suno/lyrics', input: { prompt: 'a canal' }, wait_seconds: 60 }
  let reports = 0
  const made = await client.callTool({ name: 'submit', arguments: order }, { onprogress: () => void reports++ })
  expect(dataOf(made)).toMatchObject({ status: 'completed' })
  expect(reports).toBeGreaterThan(0)
  const { contents } = await client.readResource({ uri: 'polyphony://operations/suno/lyrics' })
  expect(contents).toHaveLength(1)
})

/** What takes the sandbox half a minute. */
const SLOW = { operation: 'kling/video_generation', input: { prompt: 'a slow river sandbox:slow=30' } }

/** Whether an object has these members, and others. */
function holds(value: JsonObject, members: JsonObject): boolean {
  return Object.entries(members).every(([name, member]) => JSON.stringify(value[name]) === JSON.stringify(member))
}
