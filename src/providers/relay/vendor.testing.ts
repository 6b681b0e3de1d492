import {
  type FakeAnswer,
  type FakeVendor,
  openFakeVendor,
  type SeenRequest,
} from '../../../test/support/fake-vendor.ts'
import type { Json, JsonObject } from '../../core/json.ts'

export const KEY = 'a key of the test'

/** A relay as the documents of its kind show it: Suno, Udio, Midjourney, and Luma's own API below its prefix. */
export function openRelay(): Promise<FakeVendor> {
  const tasks = new Map<string, { looks: number; action: string }>()
  const looks = (id: string): number => {
    const task = tasks.get(id)
    if (!task) return 0
    task.looks++
    return task.looks
  }
  const began = (action: string): string => {
    const id = `736a6f88-bd29-4b1e-b110-${String(tasks.size + 1).padStart(12, '0')}`
    tasks.set(id, { looks: 0, action })
    return id
  }

  const names = new Set<string>()
  const isFirst = (name: string): boolean => !names.has(name) && Boolean(names.add(name))

  return openFakeVendor((request, vendor) => {
    // Files need no key.
    if (request.path.startsWith('/cdn/')) return { bytes: Buffer.from(request.path), type: 'application/octet-stream' }
    if (request.headers.authorization !== `Bearer ${KEY}`) {
      return { status: 401, json: { error: { message: '无效的令牌', type: 'new_api_error' } } }
    }
    const { path } = request
    const parts = { began, looks, known: (id: string) => tasks.get(id), isFirst, at: `${vendor.url}/cdn` }
    if (path.startsWith('/suno/')) return sunoAnswer(request, parts)
    if (path.startsWith('/udio/')) return udioAnswer(request, parts)
    if (/^\/(?:mj-(?:relax|turbo)\/)?mj\//.test(path)) return mjAnswer(request, parts)
    if (path.startsWith('/luma/dream-machine/v1/')) return lumaAnswer(request, parts)
    return { status: 404, json: { error: { message: `Invalid URL (${path})`, type: 'invalid_request_error' } } }
  })
}

interface Parts {
  began(action: string): string
  looks(id: string): number
  known(id: string): { action: string } | undefined
  /** Whether `name` is passed for the first time. */
  isFirst(name: string): boolean
  /** Where files lie. */
  at: string
}

const envelope = (data: Json): FakeAnswer => ({ json: { code: 'success', message: '', data } })
const unknown: FakeAnswer = { status: 400, json: { code: 'task_not_exist', message: 'task_not_exist', data: null } }

function taskObject(id: string, action: string, look: number, data: Json): JsonObject {
  const isDone = look > 2
  return {
    task_id: id,
    notify_hook: '',
    action,
    status: look === 1 ? 'NOT_START' : isDone ? 'SUCCESS' : 'IN_PROGRESS',
    fail_reason: '',
    submit_time: 1_733_717_567,
    start_time: look === 1 ? 0 : 1_733_717_567,
    finish_time: isDone ? 1_733_717_767 : 0,
    progress: look === 1 ? '0%' : isDone ? '100%' : '40%',
    data: isDone ? data : null,
  }
}

function sunoAnswer({ method, path, json }: SeenRequest, parts: Parts): FakeAnswer {
  if (path === '/suno/fetch') return envelope([])
  const [, fetched] = /^\/suno\/fetch\/(.+)$/.exec(path) ?? []
  if (fetched !== undefined) {
    const task = parts.known(fetched)
    return task
      ? envelope(taskObject(fetched, actionOf(task.action), parts.looks(fetched), songData(task.action, parts)))
      : unknown
  }
  const [, form, clip] = /^\/suno\/act\/(\w+)(?:\/(.+))?$/.exec(path) ?? []
  switch (form) {
    case 'timing':
      return { json: { aligned_words: [{ word: 'Move ', success: true, start_s: 0.5, end_s: 1 }], hoot_cer: 0 } }
    case 'wav':
    case 'mp4':
      return envelope(parts.began(form))
    case 'midi': {
      const isFirst = parts.isFirst(`midi-${clip}`)
      const instruments = [{ name: 'Piano', notes: [{ pitch: 60, start: 0, end: 1, velocity: 0.5 }] }]
      return { json: isFirst ? { state: 'running' } : { state: 'complete', instruments } }
    }
    case 'tags':
      return { json: { upsampled_tags: `${(json as JsonObject).original_tags}, soft rain`, request_id: 'r-1' } }
  }
  if (path === '/suno/persona/create') return { json: { id: 'persona-1', name: (json as JsonObject).name ?? '' } }
  if (method === 'POST') return envelope(parts.began(path.split('/').at(-1) ?? ''))
  return unknown
}

function actionOf(action: string): string {
  return action === 'lyrics' ? 'LYRICS' : 'MUSIC'
}

/** Suno's own shape for songs, the flat one for what is joined or imported. */
function songData(action: string, { at }: Parts): Json {
  const files = (name: string) => ({
    audio_url: `${at}/${name}.mp3`,
    image_url: `${at}/${name}.jpeg`,
    image_large_url: `${at}/${name}-large.jpeg`,
    video_url: '',
  })
  switch (action) {
    case 'lyrics':
      return { id: 'l-1', text: '[Verse]\nFog', title: 'Fog', status: 'complete', tags: ['folk'], error_message: '' }
    case 'wav':
      return [{ id: 'w-1', clip_id: 'clip-1', wav_url: `${at}/a.wav` }]
    case 'mp4':
      return [{ id: 'v-1', clip_id: 'clip-1', video_url: `${at}/a.mp4`, image_url: `${at}/a.jpeg` }]
    case 'concat':
    case 'audio-url':
      return [
        { id: 'clip-9', clip_id: 'clip-9', title: 'Whole', tags: 'raga', prompt: 'la', duration: 200, ...files('9') },
      ]
    default:
      return ['1', '2'].map((number) => ({
        id: `clip-${number}`,
        status: 'complete',
        title: 'Cat Dance',
        model_name: 'chirp-v5',
        metadata: { tags: 'raga', prompt: '[Verse]\nMove', duration: 144.88, type: 'gen' },
        ...files(number),
      }))
  }
}

function udioAnswer({ path }: SeenRequest, parts: Parts): FakeAnswer {
  if (path === '/udio/submit/music') return envelope(parts.began('udio-generate'))
  const id = path.replace('/udio/fetch/', '')
  if (!parts.known(id)) return unknown
  const song = (number: number) => ({
    id: `song-${number}`,
    title: 'The last tram',
    tags: ['piano', 'night'],
    lyrics: 'la',
    duration: 32.7,
    finished: true,
    song_path: `${parts.at}/song-${number}.mp3`,
    image_path: `${parts.at}/song-${number}.jpg`,
  })
  return envelope(taskObject(id, 'udio-generate', parts.looks(id), { songs: [song(1), song(2)] }))
}

const HASH = 'c2a4f0f8'
/** What the bot shows under a grid, and under a picture that was taken out of one. */
export const GRID_BUTTONS = [
  ...[1, 2, 3, 4].map((number) => `MJ::JOB::upsample::${number}::${HASH}`),
  `MJ::JOB::reroll::0::${HASH}::SOLO`,
  ...[1, 2, 3, 4].map((number) => `MJ::JOB::variation::${number}::${HASH}`),
]
export const PICTURE_BUTTONS = [
  `MJ::JOB::upsample_v6r1_2x_subtle::1::${HASH}::SOLO`,
  `MJ::JOB::upsample_v6r1_2x_creative::1::${HASH}::SOLO`,
  `MJ::JOB::low_variation::1::${HASH}::SOLO`,
  `MJ::JOB::high_variation::1::${HASH}::SOLO`,
  `MJ::Inpaint::1::${HASH}::SOLO`,
  `MJ::Outpaint::50::1::${HASH}::SOLO`,
  `MJ::Outpaint::75::1::${HASH}::SOLO`,
  `MJ::CustomZoom::${HASH}`,
  `MJ::Outpaint::100::1::${HASH}::SOLO`,
  ...['left', 'right', 'up', 'down'].map((side) => `MJ::JOB::pan_${side}::1::${HASH}::SOLO`),
]

function mjAnswer({ path, json, headers }: SeenRequest, parts: Parts): FakeAnswer {
  if (headers['mj-api-secret'] !== KEY) return { status: 401, bytes: new Uint8Array(), type: 'text/plain' }
  const [, id, what] = /\/mj\/task\/([^/]+)\/([\w-]+)$/.exec(path) ?? []
  if (id !== undefined) {
    if (what === 'image-seed') return { json: { code: 1, description: 'success', result: '3142553322' } }
    const task = parts.known(id)
    if (!task) return { status: 400, json: { code: 4, description: 'task_no_found', type: 'upstream_error' } }
    if (what === 'cancel') return { json: { code: 1, description: 'ok', result: id } }
    return { json: mjTask(id, task.action, parts.looks(id), parts.at) }
  }
  const action = path.split('/').at(-1) ?? ''
  const { customId = '', enableRemix, taskId } = json as JsonObject
  if (action === 'modal') return accepted(String(taskId))
  const opensWindow = /^MJ::(?:Inpaint|CustomZoom)/.test(String(customId)) || enableRemix === true
  const made = parts.began(action === 'action' ? mjAction(String(customId)) : action)
  if (!opensWindow) return accepted(made)
  const properties = { finalPrompt: 'a puppy --zoom 2', remix: true }
  return { json: { code: 21, description: 'Waiting for window confirm', result: made, properties } }
}

function accepted(id: string): FakeAnswer {
  return { json: { code: 1, description: '提交成功', result: id, properties: {} } }
}

function mjAction(customId: string): string {
  return /upsample/.test(customId) ? 'upscale' : 'variation'
}

const KEYCAPS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣']

function mjTask(id: string, action: string, look: number, at: string): JsonObject {
  const isDone = look > 2
  const isSingle = action === 'upscale' || action === 'swap'
  const isText = action === 'describe' || action === 'shorten'
  const texts = KEYCAPS.slice(0, action === 'describe' ? 4 : 5).map((cap, index) => `${cap} prompt ${index + 1}`)
  const four = [1, 2, 3, 4].map((number) => ({ url: `${at}/${id}-${number}.png`, thumbnail: '' }))
  const videos = four.slice(0, 1).map(({ url }) => ({ url: url.replace('png', 'mp4'), thumbnail: url }))
  return {
    id,
    action: action.toUpperCase(),
    status: look === 1 ? 'SUBMITTED' : isDone ? 'SUCCESS' : 'IN_PROGRESS',
    prompt: isText && isDone ? texts.join('\n\n') : 'a puppy',
    promptEn: 'a puppy',
    submitTime: 1_712_204_995_849,
    startTime: 1_712_204_996_000,
    finishTime: isDone ? 1_712_205_000_000 : 0,
    progress: look === 1 ? 'Waiting to start' : isDone ? '100%' : '31%',
    imageUrl: isText || look === 1 ? '' : `${at}/${id}.png`,
    imageUrls: isDone && !isText && !isSingle && action !== 'video' ? four : [],
    videoUrls: isDone && action === 'video' ? videos : [],
    failReason: '',
    properties: isText && isDone ? { finalPrompt: texts.join('\n\n') } : {},
    buttons: isDone ? (isSingle ? PICTURE_BUTTONS : GRID_BUTTONS).map(button) : [],
  }
}

function button(customId: string): JsonObject {
  return { customId, emoji: '', label: '', style: 2, type: 2 }
}

function lumaAnswer({ method, path, json }: SeenRequest, parts: Parts): FakeAnswer {
  if (method === 'POST') {
    const id = parts.began('luma')
    return { status: 201, json: { id, state: 'queued', request: json, assets: null, failure_reason: null } }
  }
  const id = path.split('/').at(-1) ?? ''
  if (!parts.known(id)) return { status: 404, json: { detail: 'Generation not found' } }
  if (method === 'DELETE') return { status: 204, bytes: new Uint8Array(), type: 'text/plain' }
  const isDone = parts.looks(id) > 1
  return {
    json: { id, state: isDone ? 'completed' : 'dreaming', assets: isDone ? { video: `${parts.at}/l.mp4` } : null },
  }
}
