import { type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import type { Json, JsonObject } from '../../core/json.ts'

export const KEY = 'a key of the test'
const TIMES = { created_at: '2025-12-09T02:54:09.985633568Z', started_at: '0001-01-01T00:00:00Z' }
const NO_ERROR = { code: 0, raw_message: '', message: '', detail: null }

/**
 * PiAPI as its pages show it: create, read, cancel, account, upload. A task is pending when it is created, runs at the
 * first look and is done at the second.
 */
export function openPiapi(): Promise<FakeVendor> {
  const tasks = new Map<string, { looks: number; model: string; type: string }>()
  return openFakeVendor(({ method, path, json, headers }, vendor) => {
    if (headers['x-api-key'] !== KEY) return { status: 401, json: { error: 'Unauthorized: invalid key' } }
    const body = json as JsonObject
    if (path.endsWith('/account/info')) return { json: { code: 200, data: { plan: 'creator' }, message: 'success' } }
    if (path.endsWith('/api/ephemeral_resource')) {
      return {
        json: { code: 200, data: { url: `https://img.theapi.app/ephemeral/${body.file_name}` }, message: 'success' },
      }
    }
    const [, id = ''] = /\/api\/v1\/task\/([^/]+)$/.exec(path) ?? []
    if (method === 'POST' && path.endsWith('/api/v1/task')) {
      const made = `55160059-0000-4000-8000-${String(tasks.size + 1).padStart(12, '0')}`
      tasks.set(made, { looks: 0, model: String(body.model), type: String(body.task_type) })
      return { json: { code: 200, data: taskOf(made, 'pending', body, null), message: 'success' } }
    }
    const task = tasks.get(id)
    if (!task) return { status: 404, json: { code: 404, message: 'record not found' } }
    if (method === 'DELETE') {
      if (task.looks > 0) return { status: 400, json: { code: 400, message: 'task is not pending' } }
      return { json: { code: 200, message: `task ${id} canceled` } }
    }
    task.looks++
    const { model, type } = task
    const isDone = task.looks > 1
    const output = isDone ? completedOutput(model, type, `${vendor.url}/files/${id}`) : pendingOutput(model)
    const data = taskOf(id, isDone ? 'completed' : 'processing', { model, task_type: type }, output)
    // Some pages show an answer without code and message.
    return { json: model === 'luma' ? { timestamp: 1_765_248_850, data } : { code: 200, data, message: 'success' } }
  })
}

function taskOf(id: string, status: string, { model, task_type, config = {} }: JsonObject, output: Json): JsonObject {
  return {
    task_id: id,
    model: model ?? '',
    task_type: task_type ?? '',
    status,
    config,
    input: {},
    output,
    meta: { ...TIMES, ended_at: TIMES.started_at, usage: { type: 'point', frozen: 0, consume: 0 } },
    detail: null,
    logs: [],
    error: NO_ERROR,
  }
}

function pendingOutput(model: string): Json {
  if (model === 'kling') return { video_url: '' }
  if (model === 'hailuo') return { percent: 40, video_url: '', video: '' }
  return model === 'midjourney' ? { progress: 31, image_url: '', temporary_image_urls: null } : null
}

/** The forms of piapi-models, family by family; where it knows none, the one that it calls likely. */
function completedOutput(model: string, type: string, at: string): Json {
  const picture = `${at}.png`
  const film = `${at}.mp4`
  const sound = `${at}.mp3`
  switch (model) {
    case 'suno':
      return type === 'lyrics' ? { title: 'Fog', text: '[Verse]\nFog' } : [sunoClip('1', at), sunoClip('2', at)]
    case 'music-u':
      return type === 'generate_lyrics'
        ? {
            lyrics_pairs: [
              { title: 'One', text: 'la' },
              { title: 'Two', text: 'lo' },
            ],
          }
        : { songs: [1, 2].map((number) => ({ id: `song-${number}`, song_path: `${at}-${number}.mp3` })) }
    case 'gemini':
      return { image_urls: [picture] }
    case 'luma':
      return {
        prompt: 'a balloon',
        internal_state: 'completed',
        created_at: '2026-01-07T01:36:13.128Z',
        video: { url: `${at}-marked.mp4`, width: 1_152, height: 864 },
        video_raw: { url: film, width: 1_152, height: 864 },
        thumbnail: { url: picture, width: 1_152, height: 864 },
        last_frame: { url: `${at}-last.png`, width: 1_152, height: 864 },
      }
    case 'hailuo':
      return { percent: 100, cover_url: picture, video_url: film, download_url: film, status: 2, width: 1_280 }
    case 'kling':
      return klingOutput(type, at)
    case 'kling-turbo':
    case 'veo3':
    case 'veo3.1':
    case 'sora2':
    case 'seedance':
      return { video: film }
    case 'midjourney':
      return midjourneyOutput(type, at)
    case 'byteaudio':
      return { audio_url: `${at}.mp3` }
    case 'Qubico/minimax-h3':
    case 'Wan':
    case 'omni-human':
      return { video_url: film }
    case 'Qubico/trellis':
      return { no_background_image: picture, combined_video: film, model_file: `${at}.glb` }
    case 'Qubico/trellis2':
    case 'Qubico/pixal3d':
      return { model_file: `${at}.glb` }
    case 'Qubico/joycaption':
      return { text: 'A harbour.' }
  }
  if (/diffrhythm|ace-step|mmaudio|tts/.test(model)) return { audio_url: sound }
  if (/flux|qwen|z-image|image-toolkit|seedream/.test(model)) return { image_url: picture, image_base64: '' }
  return { video_url: film }
}

function sunoClip(number: string, at: string): JsonObject {
  return {
    audio_url: `${at}-${number}.mp3`,
    created_at: '2025-12-09 10:54:16',
    id: `a06045be-0000-4000-8000-00000000000${number}`,
    image_large_url: `${at}-${number}-large.jpeg`,
    image_url: `${at}-${number}.jpeg`,
    major_model_version: 'v5',
    metadata: { duration: 144.88, prompt: '[Verse]\nMove', tags: 'raga', type: 'gen' },
    model_name: 'chirp-crow',
    status: 'SUCCESS',
    task_id: '55160059',
    title: 'Cat Dance',
    video_url: '',
  }
}

const resource = (url: string) => ({
  resource: `${url}?mark`,
  resource_without_watermark: url,
  height: 720,
  width: 1_280,
})

function klingOutput(type: string, at: string): Json {
  if (type === 'omni_video_generation') return { video: `${at}.mp4` }
  if (type === 'ai_try_on') return { works: [{ content_type: 'image', status: 99, image: resource(`${at}.png`) }] }
  if (type === 'sound') {
    const works = [1, 2, 3, 4].map((number) => ({ content_type: 'audio', audio: resource(`${at}-${number}.mp3`) }))
    return { works }
  }
  const work = { content_type: 'video', status: 99, cover: resource(`${at}.png`), video: resource(`${at}.mp4`) }
  return { video_url: `${at}.mp4?mark`, type: 'm2v_txt2video_hq', status: 99, works: [work] }
}

function midjourneyOutput(type: string, at: string): Json {
  if (type === 'describe') return { description: 'a puppy among poppies' }
  if (type === 'seed') return { seed: '3142553322' }
  const four = [1, 2, 3, 4].map((number) => `${at}-${number}.png`)
  return {
    image_url: `${at}.png`,
    image_urls: null,
    temporary_image_urls: type === 'upscale' ? null : four,
    discord_image_url: '',
    progress: 100,
    intermediate_image_urls: null,
    actions: ['upscale1', 'variation1', 'reroll'],
  }
}
