import { type FakeVendor, openFakeVendor, type SeenRequest } from '../../../test/support/fake-vendor.ts'
import { mp3 } from '../../assets/sample-files.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

export const KEY = 'a key of the test'
/** Of the frames that `mp3` makes. */
export const FRAME_SECONDS = 1_152 / 44_100

export function mp3OfSeconds(seconds: number): Uint8Array {
  return mp3(Math.round(seconds / FRAME_SECONDS))
}

interface Work {
  looks: number
  fields: JsonObject
}

/**
 * ACE-Step 1.5's API server as its document shows it: a job runs at the first look and is done at the second; an unknown one
 * waits for ever. A result has the requested length, or twelve seconds if the engine chooses.
 */
export function openAceStep(): Promise<FakeVendor> {
  const works = new Map<string, Work>()
  return openFakeVendor(async (request) => {
    const { path, headers, query, json } = request
    if (path.endsWith('/health')) return enveloped({ status: 'ok', service: 'ACE-Step API', version: '1.0' })
    if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, json: { detail: 'Invalid API key' } }
    if (path.endsWith('/v1/stats')) return enveloped({ jobs: { total: works.size }, queue_maxsize: 200 })
    if (path.endsWith('/v1/audio')) {
      const [, id = '', take] = /^\/tmp\/api_audio\/(.+)-(\d)\.mp3$/.exec(query.get('path') ?? '') ?? []
      const work = works.get(id)
      if (!work || take === undefined) return { status: 404, json: { detail: 'Audio file not found' } }
      return { bytes: mp3OfSeconds(secondsOf(work.fields)), type: 'audio/mpeg' }
    }
    if (path.endsWith('/release_task')) {
      const fields = await fieldsOf(request)
      if (!fields) return { status: 415, json: { detail: 'Unsupported Content-Type: (missing)' } }
      const id = `550e8400-e29b-41d4-a716-${String(works.size).padStart(12, '0')}`
      works.set(id, { looks: 0, fields })
      return enveloped({ task_id: id, status: 'queued', queue_position: 1 })
    }
    const ids = isJsonObject(json) ? json.task_id_list : undefined
    return enveloped((Array.isArray(ids) ? ids : []).map((id) => lookAt(String(id), works.get(String(id)))))
  })
}

function lookAt(id: string, work: Work | undefined): JsonObject {
  if (!work) return { task_id: id, result: '[]', status: 0 }
  work.looks++
  const shared = { wave: '', create_time: 1_700_000_000, env: 'development' }
  if (work.looks === 1) {
    const entry = { ...shared, file: '', status: 0, progress: 0.42, stage: 'running' }
    return { task_id: id, result: JSON.stringify([entry]), status: 0, progress_text: 'Generating…' }
  }
  const { fields } = work
  const isWritten = fields.sample_mode === true
  const entry = {
    ...shared,
    status: 1,
    prompt: isWritten ? 'A soft ballad with piano' : (fields.prompt ?? ''),
    lyrics: isWritten ? '[Verse]\nThe fog comes in\nOn quiet feet' : (fields.lyrics ?? ''),
    metas: { bpm: 120, duration: secondsOf(fields), genres: 'N/A', keyscale: 'C major', timesignature: '4' },
    generation_info: '',
    seed_value: '12345,67890',
    lm_model: 'acestep-5Hz-lm-0.6B',
    dit_model: 'acestep-v15-turbo',
    progress: 1,
    stage: 'succeeded',
  }
  const takes =
    fields.analysis_only === true ? [] : Array.from({ length: Number(fields.batch_size) }, (_, take) => take)
  const files = takes.map((take) => `/v1/audio?path=${encodeURIComponent(`/tmp/api_audio/${id}-${take}.mp3`)}`)
  const entries = files.length === 0 ? [{ ...entry, file: '' }] : files.map((file) => ({ ...entry, file }))
  return { task_id: id, result: JSON.stringify(entries), status: 1, progress_text: '' }
}

function secondsOf({ audio_duration }: JsonObject): number {
  return audio_duration === undefined ? 12 : Number(audio_duration)
}

async function fieldsOf({ headers, json, form }: SeenRequest): Promise<JsonObject | undefined> {
  if (headers['content-type'] === 'application/json') return isJsonObject(json) ? json : undefined
  if (headers['content-type']?.startsWith('multipart/form-data') !== true) return undefined
  const texts = Object.fromEntries([...(await form())].filter(([, value]) => typeof value === 'string')) as JsonObject // text is JSON
  return { ...JSON.parse(String(texts.param_obj ?? '{}')), ...texts }
}

function enveloped(data: Json) {
  return { json: { data, code: 200, error: null, timestamp: 1_700_000_000_000, extra: null } }
}
