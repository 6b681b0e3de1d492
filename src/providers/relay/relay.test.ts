import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FakeAnswer, FakeVendor } from '../../../test/support/fake-vendor.ts'
import { exampleOn } from '../../../test/support/follow-ups.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, expectResult } from '../kit/results.testing.ts'
import { clipsResult } from '../kit/results.ts'
import type { Job, Provider } from '../provider.ts'
import { relay as manifest } from './manifest.ts'
import { openProxiedVendors } from './proxied-vendors.ts'
import { relayProvider } from './relay.ts'
import { GRID_BUTTONS, KEY, openRelay, PICTURE_BUTTONS } from './vendor.testing.ts'

const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const PNG = 'data:image/png;base64,AQID'

let vendor: FakeVendor
let provider: Provider
beforeAll(async () => {
  vendor = await openRelay()
  provider = relayProvider((await openProxiedVendors())({ now: Date.now }))
})
afterAll(() => vendor.close())

const account = (given: Record<string, string> = {}) =>
  anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
const submit = (job: Job, given?: Record<string, string>) => provider.submit(job, account(given), aSignal())
const poll = (handle: Json, job: Job) => provider.poll?.(handle, account(), aSignal(), job)
const last = (path: string): JsonObject => vendor.at('POST', path).at(-1)?.json as JsonObject
const failing = (status: number, json: Json, headers = {}): FakeAnswer => ({ status, json, headers })

/** A finished task of ours, as its part of the adapter has left it. */
const parentOf = (operation: string, via: string, of: Json, output: Json = null) =>
  sampleTask(TIMES, { id: PARENT, operation, status: 'completed', account: 'test:relay', handle: { via, of }, output })

function song() {
  const sources = [1, 2].map((number) => ({ audio: { url: `https://x/${number}` }, vendorId: `clip-${number}` }))
  return parentOf('suno/music', 'suno', { id: 'up-1' }, clipsResult(aJob('suno/music'), sources).output)
}
const grid = (buttons: string[] = GRID_BUTTONS) => parentOf('midjourney/imagine', 'mj', { id: 'mj-1', buttons })
const single = () => parentOf('midjourney/upscale', 'mj', { id: 'mj-2', buttons: PICTURE_BUTTONS })

/** Pictures of the tests: three bytes. */
const file = async () => ({ bytes: new Uint8Array([1, 2, 3]), mediaType: 'image/png', name: 'a.png' })

function parentFor(id: string) {
  if (id.startsWith('suno/')) return song()
  return /\/(?:pan|inpaint|outpaint)$/.test(id) ? single() : grid()
}

describe('the adapter for relays', () => {
  it.each([...relayProvider([]).operations])('performs %s and returns a result in the catalogue’s form', async (id) => {
    const operation = getOperation(id)
    const follows = operation.follows(operation.example) !== undefined
    const job = aReadableJob(id, exampleOn(operation, PARENT), follows ? { parent: parentFor(id) } : {})
    await expectResult(id, await resultOf(provider, job, account()))
  })

  it('performs only the operations that the account’s settings name', () => {
    const performed = provider.performs?.(account({ models: 'music-u, suno/lyrics, nonsense' })) ?? new Set()
    expect([...performed].sort()).toEqual(['music-u/generate_music', 'suno/lyrics'])
    expect(provider.performs?.(account())).toEqual(provider.operations)
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'no' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'low credit, which is a 403 as well',
      {},
      failing(403, { code: 'quota_not_enough', message: 'user quota is not enough', data: null }),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'low credit in OpenAI’s form',
      {},
      failing(403, { error: { message: 'no', code: 'insufficient_user_quota', type: 'new_api_error' } }),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a limit',
      {},
      failing(429, { code: '', message: 'saturated' }, { 'retry-after': '9' }),
      { code: 'account_busy', details: { retryAfterSeconds: 9 } },
    ],
    ['a fault', {}, failing(400, { code: 'invalid_request', message: 'prompt_empty' }), { code: 'vendor_refused' }],
    [
      'a fault with the status 200',
      {},
      failing(200, { code: 'error', message: 'Invalid prompt' }),
      { code: 'vendor_refused' },
    ],
    [
      'an unknown origin',
      {},
      failing(400, { code: 'task_not_exist', message: 'task_origin_not_exist' }),
      { code: 'vendor_refused' },
    ],
    ['refused content', {}, failing(400, { code: 'x', message: 'moderation failure' }), { code: 'content_moderated' }],
    ['no channel', {}, failing(503, { error: { message: 'no available channel' } }), { code: 'vendor_unreachable' }],
    ['a breakdown', {}, failing(500, { code: 'do_request_failed', message: 'oops' }), { code: 'vendor_silent' }],
    ['no id', {}, failing(200, { code: 'success', message: '', data: null }), { code: 'vendor_silent' }],
    ['no JSON', {}, { bytes: Buffer.from('<html>'), type: 'text/html' }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
    ['no server at the address', { baseUrl: 'http://127.0.0.1:2' }, undefined, { code: 'vendor_unreachable' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(submit(aJob('suno/lyrics'), given)).rejects.toMatchObject(error)
    expect(vendor.seen.length - before).toBeLessThanOrEqual(1)
  })

  it('keeps the path prefix of the base address in every call', async () => {
    vendor.next.push({ json: { code: 'success', message: '', data: 'x' } })
    await submit(aJob('suno/lyrics'), { baseUrl: `${vendor.url}/pro/` })
    expect(vendor.at('POST', '/pro/suno/submit/lyrics')).toHaveLength(1)
  })

  it('probes the key, also at a relay without Suno', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    expect(last('/suno/fetch')).toEqual({ ids: [] })
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
    vendor.next.push(failing(404, { error: { message: 'Invalid URL' } }))
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
  })

  it('finds the protocol and the task of a callback', async () => {
    const hear = (body: Json) =>
      provider.receive?.({ headers: {}, rawBody: JSON.stringify(body), receivedAt: 0 }, account())
    const suno = { task_id: 't-1', action: 'MUSIC', status: 'SUCCESS', submit_time: 1_733_717_567 }
    await expect(hear(suno)).resolves.toEqual({ handle: { via: 'suno', of: { id: 't-1' } } })
    await expect(hear({ ...suno, action: 'udio-generate' })).resolves.toEqual({
      handle: { via: 'udio', of: { id: 't-1' } },
    })
    const mj = { id: 'm-1', action: 'IMAGINE', status: 'IN_PROGRESS', submitTime: 1_712_204_995_849, imageUrl: '' }
    await expect(hear(mj)).resolves.toEqual({ handle: { via: 'mj', of: { id: 'm-1' } } })
    await expect(hear({ id: 'g-1', state: 'dreaming' })).resolves.toEqual({
      handle: { via: 'luma', of: { id: 'g-1' } },
    })
    await expect(hear({ task_id: 'k-1', task_status: 'processing' })).resolves.toEqual({
      handle: { via: 'kling', of: expect.objectContaining({ id: 'k-1' }) },
    })
    await expect(hear({ id: 'f-1', status: 'Ready', progress: 1 })).resolves.toEqual({
      handle: { via: 'bfl', of: expect.objectContaining({ id: 'f-1' }) },
    })
    await expect(hear({ challenge: 'c-1' })).resolves.toEqual({ answer: { challenge: 'c-1' } })
    await expect(hear({ hello: 'there' })).resolves.toEqual({})
    await expect(hear([])).resolves.toEqual({})
  })

  it('reconciles a lost answer only where the protocol can', async () => {
    await expect(provider.reconcile?.(aJob('suno/lyrics'), account(), aSignal())).resolves.toBe('unknowable')
  })

  it('refuses a handle of an unknown protocol', async () => {
    await expect(poll({ id: 'x' }, aJob('suno/lyrics'))).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('Suno at a relay', () => {
  const music = (input: JsonObject, given: Partial<Job> = {}) => submit(aJob('suno/music', input, given))
  const body = () => last('/suno/submit/music')
  const custom = { prompt: '[Verse]\nMove', tags: 'raga', title: 'Cat Dance', mv: 'chirp-crow' }

  it('sends songs with the relay’s fields', async () => {
    const answer = await music(
      { ...custom, negative_tags: 'metal', vocal_gender: 'f' },
      { callbackUrl: 'https://us/c' },
    )
    expect(answer).toEqual({ handle: { via: 'suno', of: { id: expect.any(String) } } })
    const hook = { notify_hook: 'https://us/c' }
    expect(body()).toEqual({ ...custom, negative_tags: 'metal', vocal_gender: 'f', make_instrumental: false, ...hook })
    await music({ gpt_description_prompt: 'a tram', make_instrumental: true, task: 'extend', continue_clip_id: 'any' })
    expect(body()).toEqual({ gpt_description_prompt: 'a tram', make_instrumental: true, mv: 'chirp-v3-0', prompt: '' })
  })

  it('names clips and tasks by the relay’s ids', async () => {
    const parent = song()
    const clip = itemId(PARENT, 2)
    await music({ ...custom, task: 'extend', task_id: PARENT, continue_clip_id: clip, continue_at: 60.5 }, { parent })
    expect(body()).toMatchObject({ task: 'extend', task_id: 'up-1', continue_clip_id: 'clip-2', continue_at: 60.5 })
    expect(body()).not.toHaveProperty('generation_type')
    await music({ ...custom, task: 'cover', cover_clip_id: clip }, { parent })
    expect(body()).toMatchObject({ task: 'cover', generation_type: 'TEXT', cover_clip_id: 'clip-2' })
    const section = { infill_start_s: 10, infill_end_s: 20 }
    await music({ ...custom, task: 'infill', continue_clip_id: clip, ...section }, { parent })
    expect(body()).toMatchObject({ task: 'infill', continue_clip_id: 'clip-2', task_id: 'up-1', ...section })
    await submit(aJob('suno/concat', { clip_id: clip, is_infill: true }, { parent }))
    expect(last('/suno/submit/concat')).toEqual({ clip_id: 'clip-2', is_infill: true })
    await submit(aJob('suno/stems', { clip_id: clip, stem_type_group_name: 'Twelve' }, { parent }))
    expect(body()).toEqual({
      task: 'gen_stem',
      generation_type: 'TEXT',
      prompt: '',
      mv: 'chirp-auk',
      continue_clip_id: 'clip-2',
      task_id: 'up-1',
      stem_type_id: 91,
      stem_type_group_name: 'Twelve',
      stem_task: 'twelve',
    })
  })

  it('stores a persona’s id and clip for the songs that use it', async () => {
    const input = { root_clip_id: itemId(PARENT, 1), name: 'Harbour voice', clips: [itemId(PARENT, 1)] }
    const made = await submit(aJob('suno/persona', input, { parent: song() }))
    expect(last('/suno/persona/create')).toMatchObject({ root_clip_id: 'clip-1', clips: ['clip-1'], is_public: false })
    const handle = { via: 'suno', of: { persona: 'persona-1', clip: 'clip-1' } }
    expect(made).toMatchObject({ handle, result: { output: { data: input } } })
    const parent = parentOf('suno/persona', 'suno', handle.of)
    await music({ ...custom, task: 'artist_consistency', persona_id: PARENT, artist_clip_id: 'ours' }, { parent })
    const named = { persona_id: 'persona-1', artist_clip_id: 'clip-1', generation_type: 'TEXT' }
    expect(body()).toMatchObject(named)
  })

  it('requests the tools for a clip, and reads every form of their answers', async () => {
    const parent = song()
    const on = (operation: string) => aJob(operation, { clip_id: itemId(PARENT, 1) }, { parent })
    const result = async (job: Job) => (await resultOf(provider, job, account())).output
    expect(await result(on('suno/timing'))).toMatchObject({ data: { aligned_words: [{ word: 'Move ' }] } })
    expect(vendor.at('GET', '/suno/act/timing/clip-1')).not.toEqual([])
    expect(await result(aJob('suno/tags'))).toEqual({ data: { upsampled_tags: 'folk, rain, soft rain' } })
    expect(await result(on('suno/midi'))).toMatchObject({ data: { instruments: [{ name: 'Piano' }] } })
    // Two relays answer with the file's address itself.
    vendor.next.push({ json: { code: 'success', message: '', data: 'https://x/a.wav' } })
    await expect(submit(on('suno/wav'))).resolves.toMatchObject({
      result: { files: [{ key: 'sound-1', content: { url: 'https://x/a.wav' } }] },
    })
    // And two with Suno's own object where a task is begun.
    vendor.next.push({ json: { id: 'raw-1', clips: [], metadata: {}, status: 'complete' } })
    await expect(submit(on('suno/stems'))).resolves.toEqual({ handle: { via: 'suno', of: { id: 'raw-1' } } })
  })

  it('imports a song by its public address only, under the title that its owner gave it', async () => {
    const job = aJob('suno/upload', { url: 'https://x/song.mp3', title: 'Mine' })
    const { output } = await resultOf(provider, job, account())
    expect(last('/suno/uploads/audio-url')).toEqual({ url: 'https://x/song.mp3' })
    expect(output).toMatchObject({ clips: [{ title: 'Mine', type: 'upload', vendorId: 'clip-9' }] })
    await expect(submit({ ...job, urlOf: () => undefined })).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('refuses to follow a clip whose id at the relay is not known', async () => {
    const job = aJob('suno/concat', { clip_id: itemId(PARENT, 9) }, { parent: song() })
    await expect(submit(job)).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('reports progress, failure and moderation, and fails an unknown task', async () => {
    const look = (task: JsonObject) => {
      vendor.next.push({ json: { code: 'success', message: '', data: { task_id: 'a', ...task } } })
      return poll({ via: 'suno', of: { id: 'a' } }, aJob('suno/music'))
    }
    await expect(look({ status: 'NOT_START', progress: '0%' })).resolves.toEqual({ status: 'processing', progress: 0 })
    await expect(look({ status: 'IN_PROGRESS', progress: '42%' })).resolves.toMatchObject({ progress: 42 })
    await expect(look({ status: 'UNKNOWN' })).resolves.toEqual({ status: 'processing' })
    await expect(look({ status: 'FAILURE', fail_reason: 'time out' })).resolves.toEqual({
      status: 'failed',
      reason: 'time out',
      isModerated: false,
    })
    await expect(look({ status: 'FAIL', fail_reason: 'copyrighted lyrics' })).resolves.toMatchObject({
      isModerated: true,
    })
    await expect(look({ status: 'SUCCESS', data: [] })).resolves.toMatchObject({ status: 'failed' })
    await expect(poll({ via: 'suno', of: { id: 'gone' } }, aJob('suno/music'))).resolves.toMatchObject({
      status: 'failed',
    })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })
})

describe('Udio at a relay', () => {
  const begin = (input: JsonObject, given: Partial<Job> = {}) => submit(aJob('music-u/generate_music', input, given))
  const params = () => last('/udio/submit/music').gen_params

  it('sends songs with Udio’s fields', async () => {
    const idea = { lyrics_type: 'user', gpt_description_prompt: 'piano', prompt: 'la', negative_tags: 'metal', seed: 7 }
    await begin({ ...idea, model_type: 'udio130-v1.5' }, { callbackUrl: 'https://us/c' })
    expect(last('/udio/submit/music')).toEqual({
      gen_params: {
        prompt: 'piano',
        lyrics: 'la',
        lyrics_type: 'user',
        negative_prompt: 'metal',
        seed: 7,
        model_type: 'udio130-v1.5',
      },
      notify_hook: 'https://us/c',
    })
  })

  it('continues a song from its end by Udio’s own id of it', async () => {
    const made = await resultOf(provider, aJob('music-u/generate_music'), account())
    expect(made.output).toMatchObject({
      clips: [
        { title: 'The last tram', tags: 'piano, night', prompt: 'la', durationSeconds: 32.7, vendorId: 'song-1' },
        { vendorId: 'song-2' },
      ],
    })
    const parent = parentOf('music-u/generate_music', 'udio', { id: 'u-1' }, made.output)
    const on = { lyrics_type: 'instrumental', gpt_description_prompt: 'piano', continue_song_id: itemId(PARENT, 2) }
    await begin(on, { parent })
    const source = { source_type: 'song', song_id: 'song-2' }
    expect(params()).toMatchObject({ config: { mode: 'continuation', context_length: 130, source } })
    await expect(begin({ ...on, continue_at: 12 }, { parent })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('continue_at'),
    })
  })

  it('finds songs one level higher as well', async () => {
    const songs = [{ id: 's', song_path: 'https://x/s.mp3' }]
    vendor.next.push({
      json: { code: 'success', message: '', data: { task_id: 'a', status: 'SUCCESS', data: { data: { songs } } } },
    })
    const progress = await poll({ via: 'udio', of: { id: 'a' } }, aJob('music-u/generate_music'))
    expect(progress).toMatchObject({ status: 'completed', result: { output: { clips: [{ vendorId: 's' }] } } })
  })
})

describe('Midjourney at a relay', () => {
  const mj = (type: string, input: JsonObject, given: Partial<Job> = {}) =>
    submit(aJob(`midjourney/${type}`, input, { file, ...given }))
  const origin_task_id = PARENT

  it('sends the operations that begin a new task', async () => {
    const pictures = { image_urls: ['https://x/a.png'], aspect_ratio: '16:9', bot_type: 'niji', process_mode: 'relax' }
    await mj('imagine', { prompt: 'a fox', ...pictures }, { callbackUrl: 'https://us/c' })
    expect(last('/mj-relax/mj/submit/imagine')).toEqual({
      prompt: 'https://x/a.png a fox --ar 16:9',
      botType: 'NIJI_JOURNEY',
      notifyHook: 'https://us/c',
    })
    await mj('imagine', { prompt: 'a fox --ar 3:2', ...pictures, process_mode: 'turbo' }, { urlOf: () => undefined })
    expect(last('/mj-turbo/mj/submit/imagine')).toMatchObject({ prompt: 'a fox --ar 3:2', base64Array: [PNG] })
    await mj('blend', { image_urls: ['https://x/a.png', 'https://x/b.png'], aspect_ratio: '2:3' })
    expect(last('/mj/submit/blend')).toEqual({ base64Array: [PNG, PNG], dimensions: 'PORTRAIT' })
    await mj('describe', { image_url: 'https://x/a.png' })
    expect(last('/mj/submit/describe')).toEqual({ base64: PNG })
    await mj('edits', { image_url: 'https://x/a.png', mask: PNG, prompt: 'a hat' })
    expect(last('/mj/submit/edits')).toEqual({ prompt: 'a hat', image: 'https://x/a.png', maskBase64: PNG })
    await mj('video', { image_url: 'https://x/a.png', prompt: 'run', motion: 'high', batch_size: 1 })
    const still = { motion: 'high', loop: false, videoType: 'vid_1.1_i2v_480', batchSize: 1 }
    expect(last('/mj/submit/video')).toEqual({ prompt: 'run', image: 'https://x/a.png', ...still })
    await mj('video', { origin_task_id, index: 2, action: 'extend' }, { parent: grid() })
    expect(last('/mj/submit/video')).toMatchObject({ taskId: 'mj-1', index: 2, action: 'extend' })
    await submit(aJob('Qubico/image-toolkit/face-swap', undefined, { file }))
    expect(last('/mj/insight-face/swap')).toEqual({ sourceBase64: PNG, targetBase64: PNG })
  })

  it('refuses fields that a relay does not have', async () => {
    const blend = { image_urls: ['https://x/a.png', 'https://x/b.png'], aspect_ratio: '16:9' }
    await expect(mj('blend', blend)).rejects.toMatchObject({ code: 'vendor_refused' })
    await expect(mj('imagine', { prompt: 'a fox', bot_id: 3 })).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it.each<[string, JsonObject, () => ReturnType<typeof grid>, string]>([
    ['upscale', { index: '2' }, grid, 'MJ::JOB::upsample::2::'],
    ['upscale', { index: 'subtle' }, single, 'MJ::JOB::upsample_v6r1_2x_subtle::'],
    ['variation', { index: '3' }, grid, 'MJ::JOB::variation::3::'],
    ['variation', { index: 'low_variation' }, single, 'MJ::JOB::low_variation::'],
    ['reroll', {}, grid, 'MJ::JOB::reroll::0::'],
    ['pan', { direction: 'up' }, single, 'MJ::JOB::pan_up::'],
    ['outpaint', { zoom_ratio: '2' }, single, 'MJ::Outpaint::50::'],
    ['outpaint', { zoom_ratio: 1.5 }, single, 'MJ::Outpaint::75::'],
    ['outpaint', { zoom_ratio: '1' }, single, 'MJ::Outpaint::100::'],
  ])('presses the button for %s %j', async (type, input, parent, button) => {
    const before = vendor.seen.length
    await mj(type, { origin_task_id, ...input }, { parent: parent() })
    expect(vendor.seen.length).toBe(before + 1)
    const { taskId } = objectOf(parent().handle).of as { [name: string]: Json }
    expect(last('/mj/submit/action')).toEqual({
      taskId: taskId ?? expect.any(String),
      customId: expect.stringContaining(button),
    })
  })

  it('changes by number where a task shows no buttons', async () => {
    await mj('upscale', { origin_task_id, index: '4' }, { parent: grid([]) })
    expect(last('/mj/submit/change')).toEqual({ taskId: 'mj-1', action: 'UPSCALE', index: 4 })
    await mj('variation', { origin_task_id, index: '1' }, { parent: grid([]) })
    expect(last('/mj/submit/change')).toEqual({ taskId: 'mj-1', action: 'VARIATION', index: 1 })
  })

  it('names a missing button, and makes no call', async () => {
    const before = vendor.seen.length
    for (const [type, input, parent] of [
      ['upscale', { index: '4x' }, single()],
      ['pan', { direction: 'left' }, grid()],
      ['inpaint', { mask: PNG }, grid([])],
      ['variation', { index: '1', prompt: 'tulips' }, grid([])],
    ] as const) {
      const input_ = { origin_task_id, ...input }
      await expect(mj(type, input_, { parent })).rejects.toMatchObject({ code: 'vendor_refused' })
    }
    expect(vendor.seen.length).toBe(before)
  })

  it('answers the window that a button opens', async () => {
    const window = async (type: string, input: JsonObject) => {
      const answer = await mj(type, { origin_task_id, ...input }, { parent: type === 'variation' ? grid() : single() })
      const { taskId, ...filled } = last('/mj/submit/modal')
      expect(answer).toEqual({ handle: { via: 'mj', of: { id: taskId } } })
      return { pressed: last('/mj/submit/action'), filled }
    }
    const remixed = await window('variation', { index: '2', prompt: 'tulips', aspect_ratio: '3:2' })
    expect(remixed).toMatchObject({ pressed: { enableRemix: true }, filled: { prompt: 'tulips --ar 3:2' } })
    const painted = await window('inpaint', { mask: 'https://x/mask.png', prompt: 'a collar' })
    expect(painted.filled).toEqual({ prompt: 'a collar', maskBase64: PNG })
    const zoomed = await window('outpaint', { zoom_ratio: '1.8' })
    expect(zoomed).toMatchObject({
      pressed: { customId: expect.stringContaining('MJ::CustomZoom') },
      filled: { prompt: 'a puppy --zoom 1.8' },
    })
    const shaped = await window('outpaint', { zoom_ratio: '1', aspect_ratio: '16:9', prompt: 'a hall' })
    expect(shaped.filled).toEqual({ prompt: 'a hall --ar 16:9 --zoom 1' })
  })

  it('logs when a relay opens no window for a prompt', async () => {
    vendor.next.push({ json: { code: 1, description: 'ok', result: 'began-1', properties: {} } })
    const job = aJob('midjourney/variation', { origin_task_id, index: '2', prompt: 'tulips' }, { parent: grid() })
    const { handle } = (await submit(job)) as { handle: Json }
    vendor.next.push({ json: { id: 'began-1', status: 'SUCCESS', imageUrl: 'https://x/a.png', buttons: [] } })
    await expect(poll(handle, job)).resolves.toMatchObject({
      status: 'completed',
      result: { logs: [expect.stringContaining('no window')] },
    })
  })

  it.each<[string, FakeAnswer, object | string]>([
    ['22, which is in the line', { json: { code: 22, description: 'queued', result: 'q-1' } }, 'q-1'],
    ['a number for an id', { json: { code: 1, description: 'ok', result: 1712204995849323 } }, '1712204995849323'],
    [
      '21, which was submitted before',
      {
        json: {
          code: 21,
          description: 'exists',
          result: 'e-1',
          properties: { status: 'SUCCESS', imageUrl: 'https://x' },
        },
      },
      'e-1',
    ],
    ['23, a full queue', { json: { code: 23, description: 'full' } }, { code: 'account_busy' }],
    [
      '24, a banned word',
      { json: { code: 24, description: 'banned', properties: { bannedWord: 'gore' } } },
      { code: 'content_moderated', message: expect.stringContaining('gore') },
    ],
    ['3, nothing there', { json: { code: 3, description: '关联任务不存在' } }, { code: 'vendor_refused' }],
    ['3, no account', { json: { code: 3, description: 'no available account instance' } }, { code: 'account_busy' }],
    ['9, a failure', { json: { code: 9, description: 'failed' } }, { code: 'vendor_refused' }],
    ['30', failing(429, { code: 30, description: 'busy', type: 'upstream_error' }), { code: 'account_busy' }],
    ['5, a relay’s own fault', failing(400, { code: 5, description: 'do_request_failed' }), { code: 'vendor_silent' }],
    [
      '4, low credit',
      failing(400, { code: 4, description: 'quota_not_enough', type: 'upstream_error' }),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    ['no id', { json: { code: 1, description: 'ok' } }, { code: 'vendor_silent' }],
  ])('maps the code %s to its meaning', async (_, answer, meaning) => {
    vendor.next.push(answer)
    const taken = mj('imagine', { prompt: 'a fox' })
    if (typeof meaning === 'string') {
      await expect(taken).resolves.toEqual({ handle: { via: 'mj', of: { id: meaning } } })
    } else await expect(taken).rejects.toMatchObject(meaning)
  })

  const look = (task: JsonObject | null, job = aJob('midjourney/imagine')) => {
    vendor.next.push(task === null ? { bytes: new Uint8Array(), type: 'text/plain' } : { json: { id: 'a', ...task } })
    return poll({ via: 'mj', of: { id: 'a' } }, job)
  }

  it('reports progress, failure and moderation, and fails an unknown task', async () => {
    await expect(look({ status: 'IN_PROGRESS', progress: '31%' })).resolves.toEqual({
      status: 'processing',
      progress: 31,
    })
    await expect(look({ status: 'SUBMITTED', progress: 'Waiting to start' })).resolves.toEqual({ status: 'processing' })
    await expect(look({ status: 'MODAL', progress: null })).resolves.toEqual({ status: 'processing' })
    // new-api's row of a task that it has not asked the proxy about yet.
    await expect(look({ status: '', progress: '0%' })).resolves.toMatchObject({ status: 'processing' })
    await expect(look({ status: 'FAILURE', failReason: 'Banned prompt detected' })).resolves.toMatchObject({
      status: 'failed',
      reason: 'Banned prompt detected',
      isModerated: true,
    })
    await expect(look({ status: 'CANCEL', failReason: '' })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'SUCCESS' })).resolves.toMatchObject({ status: 'failed' })
    // midjourney-proxy itself answers with nothing, new-api with 400.
    await expect(look(null)).resolves.toMatchObject({ status: 'failed' })
    await expect(poll({ via: 'mj', of: { id: 'gone' } }, aJob('midjourney/imagine'))).resolves.toMatchObject({
      status: 'failed',
    })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('stores the buttons of a finished task for its follow-ups', async () => {
    const buttons = GRID_BUTTONS.map((customId) => ({ customId, emoji: '', label: '', style: 2, type: 2 }))
    const progress = await look({ status: 'SUCCESS', imageUrl: 'https://x/a.png', buttons })
    expect(progress).toMatchObject({ handle: { via: 'mj', of: { id: 'a', buttons: GRID_BUTTONS } } })
  })

  it('uses the grid as the picture when a relay shows nothing else', async () => {
    const progress = await look({ status: 'SUCCESS', imageUrl: 'https://x/a.png', imageUrls: null })
    const content = { url: 'https://x/a.png' }
    expect(progress).toMatchObject({
      result: {
        files: [
          { key: 'picture-1', content },
          { key: 'grid', content },
        ],
      },
    })
  })

  it('splits prompts by their numbers', async () => {
    const finalPrompt = '1️⃣ a fox --ar 3:2\n\n2️⃣ a red fox\n\n3️⃣ fox\n\n4️⃣ the fox'
    const progress = await look({ status: 'SUCCESS', properties: { finalPrompt } }, aJob('midjourney/describe'))
    expect(progress).toMatchObject({ result: { output: { texts: ['a fox --ar 3:2', 'a red fox', 'fox', 'the fox'] } } })
  })

  it('returns a seed at once', async () => {
    await expect(mj('seed', { origin_task_id }, { parent: grid() })).resolves.toEqual({
      result: { output: { texts: ['3142553322'] }, files: [] },
    })
    vendor.next.push(failing(200, { code: 4, description: 'no seed' }))
    await expect(mj('seed', { origin_task_id }, { parent: grid() })).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('cancels where the relay can, and throws where it refuses or cannot', async () => {
    const { handle } = (await mj('imagine', { prompt: 'a fox' })) as { handle: { of: { id: string } } }
    const cancel = () => provider.cancel?.(handle, account(), aSignal(), aJob('midjourney/imagine'))
    await cancel()
    await expect(cancel()).resolves.toBeUndefined()
    expect(vendor.at('POST', `/mj/task/${handle.of.id}/cancel`)).toHaveLength(2)
    for (const handleOf of [
      { via: 'mj', of: { id: 'gone' } },
      { via: 'suno', of: { id: 'a' } },
    ]) {
      const refused = provider.cancel?.(handleOf, account(), aSignal(), aJob('midjourney/imagine'))
      await expect(refused).rejects.toMatchObject({ code: 'vendor_refused' })
    }
    for (const [code, error] of [
      [4, 'vendor_refused'],
      [5, 'vendor_unreachable'],
      [7, 'vendor_refused'],
      [23, 'account_busy'],
    ] as const) {
      vendor.next.push(failing(200, { code, description: 'not now' }))
      await expect(cancel()).rejects.toMatchObject({ code: error, message: 'not now' })
    }
  })
})

describe('vendors behind a relay', () => {
  it('are called by their own adapters with the relay’s key', async () => {
    const job = aJob('luma/video_generation', undefined, { callbackUrl: 'https://us/c' })
    const { handle } = (await submit(job)) as { handle: JsonObject }
    expect(handle).toEqual({ via: 'luma', of: { id: expect.any(String) } })
    expect(last('/luma/dream-machine/v1/generations/video')).toMatchObject({
      model: 'ray-2',
      callback_url: 'https://us/c',
    })
    const parent = parentOf('luma/video_generation', 'luma', { id: 'g-parent' })
    await submit(aJob('luma/upscale_video', { origin_task_id: PARENT, resolution: '4k' }, { parent }))
    expect(vendor.at('POST', '/luma/dream-machine/v1/generations/g-parent/upscale')).toHaveLength(1)
    await provider.cancel?.(handle, account(), aSignal(), aJob('luma/video_generation'))
    expect(vendor.seen.at(-1)).toMatchObject({ method: 'DELETE' })
  })

  it.each<[string, JsonObject | undefined, string]>([
    ['runway/text_to_video', undefined, '/runwayml/v1/text_to_video'],
    ['kling/video_generation', { prompt: 'a fox' }, '/kling/v1/videos/text2video'],
    ['hailuo/video_generation', { model: 't2v-02', prompt: 'a fox' }, '/minimax/v1/video_generation'],
    ['bfl/flux-pro-1.1', { prompt: 'a fox' }, '/flux/v1/flux-pro-1.1'],
    ['ideogram/v3-generate', undefined, '/ideogram/v1/ideogram-v3/generate'],
    ['recraft/generate', undefined, '/recraft/v1/images/generations'],
    ['gpt-image/generate', undefined, '/v1/images/generations'],
    ['replicate/prediction', { model: 'a/b', input: {} }, '/replicate/v1/models/a/b/predictions'],
  ])('get %s requested below their prefix', async (id, input, path) => {
    const request = submit(aJob(id, input))
    await expect(request).rejects.toMatchObject({ code: 'vendor_refused' }) // this relay has none of them
    expect(vendor.seen.at(-1)).toMatchObject({ path, headers: { authorization: `Bearer ${KEY}` } })
  })

  it('do not follow a task of another account or of another protocol', async () => {
    const follow = (parent: NonNullable<Job['parent']>) =>
      submit(aJob('luma/upscale_video', { origin_task_id: PARENT, resolution: '4k' }, { parent }))
    const before = vendor.seen.length
    const ours = parentOf('luma/video_generation', 'luma', { id: 'g-parent' })
    await expect(follow({ ...ours, account: 'another' })).rejects.toMatchObject({ code: 'vendor_refused' })
    const suno = parentOf('luma/video_generation', 'suno', { id: 'g-parent' })
    await expect(follow(suno)).rejects.toMatchObject({ code: 'vendor_refused' })
    expect(vendor.seen).toHaveLength(before)
  })
})

function objectOf(value: Json): JsonObject {
  return value as JsonObject
}

providerContract('relays', {
  provider: () => provider,
  account: () => account(),
  job: relayJob,
  operations: [
    'suno/music',
    'suno/lyrics',
    'suno/wav',
    'suno/persona',
    'midjourney/imagine',
    'midjourney/describe',
    'midjourney/video',
    'music-u/generate_music',
    'luma/video_generation',
  ],
})

function relayJob(id: string): Job {
  const operation = getOperation(id)
  const follows = operation.follows(operation.example) !== undefined
  return aReadableJob(id, exampleOn(operation, PARENT), follows ? { parent: parentFor(id) } : {})
}
