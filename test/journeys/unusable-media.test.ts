import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { listOperations } from '../../src/catalog/catalog.ts'
import { filesIn, replaceFiles } from '../../src/catalog/media.ts'
import { itemId } from '../../src/core/ids.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** What can be known of a request's files and clips is checked before money is held, in the form of every protocol. */

let gateway: TestGateway
const files: Record<string, string> = {}

const dataUri = (mediaType: string, bytes: Uint8Array) =>
  `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`

/** Files with the signature of their type and nothing that can be shown or played. */
async function brokenFiles(): Promise<Record<string, [mediaType: string, bytes: Uint8Array]>> {
  const picture = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
  const box = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + content.length, 0)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, content])
  }
  const brand = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2', 'latin1'))
  return {
    // Its header is whole, and most of its lines are missing.
    picture: ['image/png', picture.subarray(0, Math.max(60, Math.floor(picture.byteLength / 2)))],
    film: ['video/mp4', Buffer.concat([brand, box('mdat', Buffer.alloc(200, 7))])],
    // A format and no samples.
    sound: [
      'audio/wav',
      Buffer.concat([Buffer.from('RIFF\x64\0\0\0WAVEfmt \x10\0\0\0', 'latin1'), Buffer.alloc(80, 1)]),
    ],
  }
}

beforeAll(async () => {
  // A provider of everything, so that nothing is refused for want of one, and money would be held.
  const builtIn = [handProvider({ operations: listOperations().map(({ id }) => id) })]
  gateway = await openGateway({ replaced: { builtIn } })
  for (const [name, [mediaType, bytes]] of Object.entries(await brokenFiles())) files[name] = dataUri(mediaType, bytes)
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const prompt = 'a heron'
interface Case {
  protocol: string
  path: string
  /** The body with the file in it. */
  body: (file: string) => JsonObject
  field: string
}

const bare = (file: string) => file.slice(file.indexOf(',') + 1)
const PICTURES: Case[] = [
  {
    protocol: 'PiAPI',
    path: '/api/v1/task',
    body: (image_url) => ({ model: 'kling', task_type: 'video_generation', input: { prompt, image_url } }),
    field: 'image_url',
  },
  {
    protocol: 'Polyphony',
    path: '/polyphony/v1/tasks',
    body: (image_url) => ({ operation: 'kling/video_generation', input: { prompt, image_url } }),
    field: 'image_url',
  },
  {
    protocol: 'fal',
    path: '/fal/queue/fal-ai/kling-video/v1.6/standard/image-to-video',
    body: (image_url) => ({ prompt, image_url }),
    field: 'image_url',
  },
  {
    protocol: 'Replicate',
    path: '/replicate/v1/models/black-forest-labs/flux-kontext-pro/predictions',
    body: (input_image) => ({ input: { prompt, input_image } }),
    field: 'input_image',
  },
  {
    protocol: 'Midjourney',
    path: '/mj/submit/imagine',
    body: (file) => ({ prompt, base64Array: [file] }),
    field: 'base64Array',
  },
  {
    protocol: 'Runway',
    path: '/runwayml/v1/image_to_video',
    body: (promptImage) => ({ model: 'gen4_turbo', promptImage, promptText: prompt, ratio: '1280:720', duration: 5 }),
    field: 'promptImage',
  },
  {
    protocol: 'Luma relay',
    path: '/luma/generations',
    body: (image_url) => ({ user_prompt: prompt, image_url }),
    field: 'image_url',
  },
  {
    protocol: 'Kling',
    path: '/kling/v1/videos/image2video',
    body: (file) => ({ model_name: 'kling-v1-6', image: bare(file), prompt }),
    field: 'image',
  },
  {
    protocol: 'MiniMax',
    path: '/minimax/v1/video_generation',
    body: (first_frame_image) => ({ model: 'MiniMax-Hailuo-02', prompt, first_frame_image }),
    field: 'first_frame_image',
  },
  {
    protocol: 'Black Forest Labs',
    path: '/bfl/v1/flux-kontext-pro',
    body: (file) => ({ prompt, input_image: bare(file) }),
    field: 'input_image',
  },
  {
    protocol: 'MiniMax’s pictures',
    path: '/v1/image_generation',
    body: (image_file) => ({ model: 'image-01', prompt, subject_reference: [{ type: 'character', image_file }] }),
    field: 'subject_reference.0.image_file',
  },
  {
    protocol: 'Ideogram',
    path: '/v2/image/precise-edit/ideogram-4-5',
    body: (image) => ({ prompt, image }),
    field: 'image',
  },
  {
    protocol: 'OpenAI videos',
    path: '/v1/videos',
    body: (image_url) => ({ model: 'sora-2', prompt, input_reference: { image_url } }),
    field: 'input_reference.image_url',
  },
  {
    protocol: 'OpenAI images',
    path: '/v1/images/edits',
    body: (image_url) => ({ model: 'gpt-image-1.5', prompt, images: [{ image_url }] }),
    field: 'images.0.image_url',
  },
  {
    protocol: 'Chat at PiAPI’s address',
    path: '/v1/chat/completions',
    body: (url) => ({
      ...{ model: 'gpt-4o-image', stream: true },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: prompt },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    }),
    field: 'messages[0].content[1].image_url.url',
  },
]

/** Each file in the example of an operation, by the kind of file that it is. */
const FILES = listOperations().flatMap((operation) =>
  operation.follows(operation.example) === undefined
    ? filesIn(operation.input, operation.example).flatMap(({ field, media }) =>
        media === 'image' || media === 'video' || media === 'audio' ? [{ operation, field, media }] : [],
      )
    : [],
)
const BROKEN = { image: 'picture', video: 'film', audio: 'sound' } as const

async function send(path: string, body: JsonObject) {
  const headers = { authorization: `Bearer ${LIVE_KEY}`, 'x-runway-version': '2024-11-06', 'x-key': LIVE_KEY }
  return gateway.send('POST', path, { headers, body })
}

async function state() {
  const { store, tenantId } = gateway
  return {
    tasks: await store.countTasks({ tenantId }),
    balance: await gateway.balance(),
    files: (await store.listExpiredAssets({ now: Number.MAX_SAFE_INTEGER, limit: 1_000 })).length,
  }
}

describe('a file that cannot be used', () => {
  it.each(PICTURES)('is refused by the name of its field before money is held: a picture, $protocol', async (one) => {
    const before = await state()
    const answer = await send(one.path, one.body(files.picture ?? ''))
    const said = JSON.stringify(answer.body)
    // The relays' form of errors may answer with 200 and a code.
    expect(said, one.protocol).toContain('cannot be decoded')
    expect(said, one.protocol).toContain(one.field)
    expect(await state()).toEqual(before)
  })

  it('is refused by the name of its field in every operation that takes one', async () => {
    const before = await state()
    const counts = { unusable: 0, onlyUrl: 0 }
    for (const { operation, field, media } of FILES) {
      const input = replaceFiles(operation.input, operation.example, (one) =>
        one.field === field ? (files[BROKEN[media]] ?? '') : one.value,
      )
      const { status, body } = await send('/polyphony/v1/tasks', { operation: operation.id, input })
      const said = JSON.stringify(body)
      const about = `${operation.id} ${field}: ${said}`
      expect(status, about).toBeGreaterThanOrEqual(400)
      expect(said, about).toContain(field.split('.')[0])
      if (/cannot be decoded|no pictures|no sound/.test(said)) counts.unusable += 1
      else {
        expect(said, about).toMatch(/must be an? (?:http|public)|URL/)
        counts.onlyUrl += 1
      }
    }
    console.info(`${FILES.length} files: ${counts.unusable} unusable, ${counts.onlyUrl} in fields that take URLs only`)
    expect(counts.unusable).toBeGreaterThan(20)
    expect(await state()).toEqual(before)
  }, 120_000)

  it('is refused, too, when it was uploaded before', async () => {
    const [, bytes] = (await brokenFiles()).picture ?? ['', new Uint8Array()]
    const file_data = Buffer.from(bytes).toString('base64')
    const uploaded = await gateway.send('POST', '/api/ephemeral_resource', {
      body: { file_name: 'a.png', file_data },
    })
    const { url } = (uploaded.body as { data: { url: string } }).data
    const before = await state()
    for (let count = 0; count < 2; count++) {
      const { path, body } = PICTURES[0] as Case // PiAPI's
      const answer = await send(path, body(url))
      expect(answer).toMatchObject({ status: 415 })
      expect(JSON.stringify(answer.body)).toContain('image_url')
    }
    expect(await state()).toEqual(before)
  })
})

describe('a moment beyond the end of a clip', () => {
  it('is refused by its name where the clip is known, in every protocol that continues songs', async () => {
    const { key } = await gateway.tenant({ creditPoints: 10_000_000, key: { mode: 'test' } })
    const song = await gateway.piapi.song({ prompt: '[Verse]\nla sandbox:fast', title: 'Fog', tags: 'folk' }, { key })
    await gateway.piapi.ended(song.task_id, { key })
    const clip = itemId(song.task_id, 1)
    const idea = { lyrics_type: 'generate', gpt_description_prompt: 'fog sandbox:fast' }
    const other = await gateway.piapi.create('generate_music', idea, { model: 'music-u', key })
    await gateway.piapi.ended(other.task_id, { key })
    const udio = itemId(other.task_id, 1)
    const follow = { prompt: '[Verse]\nla', tags: 'folk', title: 'Fog', continue_clip_id: clip, continue_at: 10_000 }
    const cases: [string, JsonObject][] = [
      [
        '/api/v1/task',
        { model: 'suno', task_type: 'music', input: { ...follow, task_id: song.task_id, task: 'extend' } },
      ],
      ['/suno/submit/music', { ...follow, task_id: song.task_id, task: 'extend' }],
      ['/polyphony/v1/tasks', { operation: 'suno/music', input: { ...follow, task: 'extend' } }],
      ['/suno/generate', { ...follow, mv: 'chirp-v3-5' }],
      [
        '/api/v1/task',
        {
          ...{ model: 'music-u', task_type: 'generate_music' },
          input: { lyrics_type: 'user', prompt: 'la', continue_song_id: udio, continue_at: 10_000 },
        },
      ],
    ]
    console.info(`${cases.length} ways to continue beyond the end of a clip`)
    for (const [path, body] of cases) {
      const answer = await gateway.send('POST', path, { key, body })
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
      expect(JSON.stringify(answer.body), path).toContain('continue_at')
      expect(JSON.stringify(answer.body), path).toContain('must be within the clip')
    }
    const within = { model: 'suno', task_type: 'music', input: { ...follow, task: 'extend', continue_at: 1 } }
    expect((await gateway.send('POST', '/api/v1/task', { key, body: within })).status).toBe(200)
  })
})
