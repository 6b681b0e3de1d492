import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FakeVendor } from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Output } from '../../catalog/outputs.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import type { Task } from '../../core/task.ts'
import { framesOf } from '../../engines/mp3/frames.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { expectResult } from '../kit/results.testing.ts'
import type { Job } from '../provider.ts'
import { aceStepProvider } from './ace-step.ts'
import { aceStep as manifest } from './manifest.ts'
import { FRAME_SECONDS, KEY, mp3OfSeconds, openAceStep } from './vendor.testing.ts'

const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const CLIP = '01234567-89ab-4cde-8f01-23456789ab01'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }
const SONG = { prompt: '[Verse]\nMove your paws', tags: 'romantic raga', title: 'Cat Dance', mv: 'chirp-crow' }
const AUDIO = 'asset:01234567-89ab-4cde-8f01-23456789ab20.mp3'
const WHOLE = 'asset:01234567-89ab-4cde-8f01-23456789ab21.mp3'
const PARENT_SECONDS = 20

/** A finished song of anybody's: what follows it takes the file. */
function aParent(given: JsonObject = {}, operation = 'suno/music'): Task {
  const clip = {
    id: CLIP,
    title: 'Cat Dance',
    tags: 'romantic raga',
    prompt: '[Verse]\nMove your paws',
    gptDescriptionPrompt: null,
    mv: 'chirp-crow',
    type: 'gen',
    durationSeconds: PARENT_SECONDS,
    audio: AUDIO,
    image: '',
    imageLarge: '',
    continueClipId: null,
    continueAt: null,
    ...given,
  }
  return sampleTask(TIMES, { id: PARENT, operation, status: 'completed', output: { clips: [clip] } })
}

/** Files by what their name says: the parent's clip and the song that it is kept with. */
async function read(reference: string): Promise<Uint8Array> {
  return mp3OfSeconds(reference === WHOLE ? 2 * PARENT_SECONDS : PARENT_SECONDS)
}

function job(operation: string, input?: JsonObject, given: Partial<Job> = {}): Job {
  return aJob(operation, input, {
    file: async (reference) => ({ bytes: await read(reference), mediaType: 'audio/mpeg', name: 'file.mp3' }),
    readAsset: read,
    ...given,
  })
}

describe('the adapter for ACE-Step', () => {
  let vendor: FakeVendor
  const provider = aceStepProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })

  beforeAll(async () => {
    vendor = await openAceStep()
  })
  afterAll(() => vendor.close())

  const lastAsked = () => vendor.at('POST', '/release_task').at(-1)
  async function lastForm(): Promise<Record<string, string>> {
    const form = await lastAsked()?.form()
    return Object.fromEntries(
      [...(form ?? [])].map(([name, value]) => [name, typeof value === 'string' ? value : `${value.size} bytes`]),
    )
  }

  it.each([...provider.operations])('performs the example of %s to its end', async (operation) => {
    const parent = aParent({ whole: WHOLE, beginsAt: PARENT_SECONDS, endsAt: 2 * PARENT_SECONDS, continueAt: 5 })
    const request = job(
      operation,
      undefined,
      getOperation(operation).follows(getOperation(operation).example) ? { parent } : {},
    )
    await expectResult(operation, await resultOf(provider, request, account()))
  })

  it('makes two takes of lyrics in a style', async () => {
    const result = await resultOf(provider, job('suno/music', { ...SONG, negative_tags: 'drums', seed: 7 }), account())
    expect(lastAsked()?.json).toEqual({
      audio_format: 'mp3',
      batch_size: 2,
      vocal_language: 'unknown',
      thinking: true,
      lm_negative_prompt: 'drums',
      use_random_seed: false,
      seed: '7,8',
      task_type: 'text2music',
      prompt: 'romantic raga',
      lyrics: '[Verse]\nMove your paws',
    })
    expect(result.output).toMatchObject({
      clips: [1, 2].map((number) => ({
        id: itemId(PARENT, number),
        title: 'Cat Dance',
        tags: 'romantic raga',
        durationSeconds: 12,
        audio: `file:audio-${number}`,
      })),
    })
    const [first] = await expectResult('suno/music', result)
    expect(first?.byteLength).toBe(mp3OfSeconds(12).byteLength)
  })

  it('lets the engine write a song from an idea, and returns its lyrics and title', async () => {
    const result = await resultOf(provider, job('suno/music', { gpt_description_prompt: 'fog at sea' }), account())
    expect(lastAsked()?.json).toMatchObject({ sample_mode: true, sample_query: 'fog at sea', thinking: true })
    expect(result.output).toMatchObject({
      clips: [
        { title: 'The fog comes in', prompt: expect.stringContaining('quiet feet'), tags: 'A soft ballad with piano' },
        {},
      ],
    })
  })

  it('uses an idea as the style when the engine has no language model', async () => {
    const off = account({ lm: 'off' })
    await resultOf(provider, job('suno/music', { gpt_description_prompt: 'fog at sea' }), off)
    expect(lastAsked()?.json).toEqual({
      audio_format: 'mp3',
      batch_size: 2,
      vocal_language: 'unknown',
      thinking: false,
      use_cot_caption: false,
      use_cot_language: false,
      use_random_seed: true,
      task_type: 'text2music',
      prompt: 'fog at sea',
      lyrics: '[Instrumental]',
      audio_duration: 120,
    })
    expect(provider.performs?.(off).has('suno/lyrics')).toBe(false)
    expect(provider.performs?.(account())).toEqual(provider.operations)
    await resultOf(provider, job('suno/music', { ...SONG, prompt: Array(20).fill('la la').join('\n') }), off)
    expect(lastAsked()?.json).toMatchObject({ audio_duration: 110 })
  })

  it('makes an instrumental song', async () => {
    await resultOf(provider, job('suno/music', { ...SONG, make_instrumental: true }), account())
    expect(lastAsked()?.json).toMatchObject({ lyrics: '[Instrumental]', prompt: 'romantic raga' })
    const idea = { lyrics_type: 'instrumental', gpt_description_prompt: 'night breeze', model_type: 'udio130-v1.5' }
    const result = await resultOf(provider, job('music-u/generate_music', idea), account())
    expect(lastAsked()?.json).toMatchObject({ lyrics: '[Instrumental]', prompt: 'night breeze', audio_duration: 130 })
    expect(result.output).toMatchObject({ clips: [{ prompt: '', durationSeconds: 130 }, {}] })
  })

  it('continues a clip, delivers the new part and stores the whole song', async () => {
    const input = { ...SONG, task: 'extend', task_id: PARENT, continue_clip_id: CLIP, continue_at: 15 }
    const result = await resultOf(provider, job('suno/music', input, { parent: aParent() }), account())
    expect(await lastForm()).toEqual({
      audio_format: 'mp3',
      batch_size: '2',
      vocal_language: 'unknown',
      thinking: 'false',
      use_cot_caption: 'false',
      use_cot_language: 'false',
      use_random_seed: 'true',
      task_type: 'repaint',
      prompt: 'romantic raga',
      param_obj: '{"lyrics":"[Verse]\\nMove your paws"}',
      repainting_start: '15',
      repainting_end: '75',
      audio_duration: '75',
      src_audio: `${mp3OfSeconds(PARENT_SECONDS).byteLength} bytes`,
    })
    expect(result.output).toMatchObject({
      clips: [{ continueAt: 15, continueClipId: CLIP, beginsAt: 15, endsAt: 75, whole: 'file:whole-1' }, {}],
    })
    const [clip, , whole] = await expectResult('suno/music', result)
    expect(secondsIn(clip)).toBeCloseTo(60, 1)
    expect(secondsIn(whole)).toBeCloseTo(75, 1)
  })

  it('continues an extension from the whole song before it', async () => {
    const parent = aParent({ whole: WHOLE, beginsAt: 20, endsAt: 40 })
    const input = { ...SONG, task: 'extend', continue_clip_id: CLIP }
    await resultOf(provider, job('suno/music', input, { parent }), account())
    expect(await lastForm()).toMatchObject({
      repainting_start: '39.993', // as long as the file is found to be
      repainting_end: '99.993',
      src_audio: `${mp3OfSeconds(40).byteLength} bytes`,
    })
    const udio = {
      lyrics_type: 'user',
      prompt: 'la',
      gpt_description_prompt: 'folk',
      continue_song_id: CLIP,
      continue_at: 3,
    }
    await resultOf(provider, job('music-u/generate_music', udio, { parent: aParent() }), account())
    expect(await lastForm()).toMatchObject({ prompt: 'folk', repainting_start: '3', repainting_end: '35' })
  })

  it('replaces a section, and covers a clip with the clip’s own lyrics', async () => {
    const infill = { ...SONG, task: 'infill', continue_clip_id: CLIP, infill_start_s: 4, infill_end_s: 9 }
    const result = await resultOf(provider, job('suno/music', infill, { parent: aParent() }), account())
    expect(await lastForm()).toMatchObject({ repainting_start: '4', repainting_end: '9' })
    expect(result.output).toMatchObject({ clips: [{ beginsAt: 4, endsAt: null, continueAt: 4 }, {}] })
    const [clip] = await expectResult('suno/music', result)
    expect(secondsIn(clip)).toBeCloseTo(5, 1)

    const cover = { tags: 'bossa nova', task: 'cover', cover_clip_id: CLIP }
    const covered = await resultOf(provider, job('suno/music', cover, { parent: aParent() }), account())
    expect(await lastForm()).toMatchObject({
      task_type: 'cover',
      prompt: 'bossa nova',
      param_obj: '{"lyrics":"[Verse]\\nMove your paws"}',
    })
    expect(covered.output).toMatchObject({ clips: [{ title: 'Cat Dance', tags: 'bossa nova' }, {}] })
  })

  it('makes a song with the sound of a persona', async () => {
    const persona = { root_clip_id: CLIP, name: 'Harbour voice' }
    const { output } = await resultOf(provider, job('suno/persona', persona, { parent: aParent() }), account())
    expect(output).toMatchObject({ data: { name: 'Harbour voice' }, audio: AUDIO })
    const parent = sampleTask(TIMES, { id: PARENT, operation: 'suno/persona', status: 'completed', output })
    const song = { ...SONG, task: 'artist_consistency', persona_id: PARENT }
    await resultOf(provider, job('suno/music', song, { parent }), account())
    expect(await lastForm()).toMatchObject({
      task_type: 'text2music',
      reference_audio: `${mp3OfSeconds(20).byteLength} bytes`,
    })
    const other = sampleTask(TIMES, { id: PARENT, operation: 'suno/persona', output: { data: {}, identity: {} } })
    await expect(
      provider.submit(job('suno/music', song, { parent: other }), account(), aSignal()),
    ).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('persona_id'),
    })
  })

  it('joins an extension with its beginning, and a replaced section with its rest', async () => {
    const joined = async (clip: JsonObject): Promise<number> => {
      const request = job('suno/concat', { clip_id: CLIP }, { parent: aParent(clip) })
      const result = await resultOf(provider, request, account())
      expect((result.output as Output['clips']).clips).toMatchObject([{ type: 'concat', id: PARENT }])
      const [song] = await expectResult('suno/concat', result)
      return secondsIn(song)
    }
    expect(await joined({ whole: WHOLE, beginsAt: 20, endsAt: 30, continueAt: 20 })).toBeCloseTo(30, 1)
    expect(await joined({ whole: WHOLE, beginsAt: 4, endsAt: null, continueAt: 4 })).toBeCloseTo(40, 1)
    // As the studio keeps them.
    expect(await joined({ headAudio: WHOLE, continueAt: 10 })).toBeCloseTo(30, 1)
    expect(await joined({ headAudio: WHOLE, continueAt: 10, replacesUntil: 30 })).toBeCloseTo(40, 1)
    await expect(joined({})).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it.each<[string, JsonObject, JsonObject, string | undefined]>([
    [
      'txt2audio',
      { negative_prompt: 'drums', seed: 5, infer_step: 8 },
      { task_type: 'text2music', seed: '5', audio_duration: '30', lm_negative_prompt: 'drums', inference_steps: '8' },
      undefined,
    ],
    [
      'audio2audio',
      {},
      { task_type: 'text2music', param_obj: '{"lyrics":"[inst]"}', audio_duration: '30' },
      'reference_audio',
    ],
    ['edit', {}, { task_type: 'cover', prompt: 'lo-fi' }, 'src_audio'],
    ['extend', {}, { task_type: 'repaint', repainting_start: '20', repainting_end: '40' }, 'src_audio'],
  ])('maps Qubico’s %s to the engine’s fields', async (taskType, given, fields, file) => {
    const operation = `Qubico/ace-step/${taskType}`
    const input = { ...getOperation(operation).example, ...given }
    const request = job(operation, input, {
      file: async () => ({ bytes: mp3OfSeconds(20 - FRAME_SECONDS / 4), mediaType: 'audio/mpeg', name: 'file.mp3' }),
    })
    await expectResult(operation, await resultOf(provider, request, account()))
    const sent =
      file === undefined
        ? Object.fromEntries(
            Object.entries(lastAsked()?.json as JsonObject).map(([name, value]) => [name, String(value)]),
          )
        : await lastForm()
    const rounded = Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [
        name,
        /^\d+\.\d+$/.test(value) ? String(Math.round(Number(value))) : value,
      ]),
    )
    expect(rounded).toMatchObject({ batch_size: '1', ...fields })
    if (file !== undefined) expect(sent[file]).toMatch(/ bytes$/)
  })

  it.each<[string, string, JsonObject, Record<string, string>]>([
    ['duration', 'Qubico/ace-step/txt2audio', { style_prompt: 'x', duration: 5 }, {}],
    [
      'duration',
      'Qubico/ace-step/extend',
      { style_prompt: 'x', duration: 590, audio: 'https://example.com/a.mp3' },
      {},
    ],
    [
      'negative_style_prompt',
      'Qubico/ace-step/edit',
      { style_prompt: 'x', negative_style_prompt: 'y', audio: 'https://example.com/a.mp3' },
      {},
    ],
    ['negative_tags', 'suno/music', { ...SONG, negative_tags: 'drums' }, { lm: 'off' }],
    ['continue_at', 'suno/music', { ...SONG, task: 'extend', continue_clip_id: CLIP, continue_at: 21 }, {}],
    [
      'infill_start_s',
      'suno/music',
      { ...SONG, task: 'infill', continue_clip_id: CLIP, infill_start_s: 30, infill_end_s: 40 },
      {},
    ],
    [
      'continue_clip_id',
      'suno/music',
      { ...SONG, task: 'extend', continue_clip_id: '01234567-89ab-4cde-8f01-23456789ab02' },
      {},
    ],
    [
      'lyrics_type',
      'music-u/generate_music',
      { lyrics_type: 'generate', gpt_description_prompt: 'x', continue_song_id: CLIP },
      {},
    ],
    [
      'prompt_strength',
      'music-u/generate_music',
      { lyrics_type: 'generate', gpt_description_prompt: 'x', prompt_strength: 0.9 },
      {},
    ],
    [
      'config.mode',
      'music-u/generate_music',
      {
        lyrics_type: 'instrumental',
        gpt_description_prompt: 'x',
        config: { mode: 'precede', source: { song_id: CLIP } },
      },
      {},
    ],
    [
      'config.context_length',
      'music-u/generate_music',
      { lyrics_type: 'instrumental', gpt_description_prompt: 'x', config: { context_length: 10 } },
      {},
    ],
  ])('refuses a field that the engine does not have, by name: %s', async (field, operation, input, given) => {
    const before = vendor.seen.length
    await expect(
      provider.submit(job(operation, input, { parent: aParent() }), account(given), aSignal()),
    ).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(field),
      details: { field },
    })
    expect(vendor.seen.length).toBe(before)
  })

  it('accepts Udio’s settings at their defaults', async () => {
    const usual = {
      song_section_start: 0.4,
      prompt_strength: 0.5,
      generation_quality: 0.75,
      config: { mode: 'regular', context_length: 130 },
    }
    const input = {
      lyrics_type: 'user',
      prompt: 'la',
      gpt_description_prompt: 'folk',
      bypass_prompt_optimization: true,
      ...usual,
    }
    await resultOf(provider, job('music-u/generate_music', input), account())
    expect(lastAsked()?.json).toMatchObject({ prompt: 'folk', lyrics: 'la', use_cot_caption: false })
  })

  it.each([
    ['a wrong key', { apiKey: 'wrong' }, undefined, 'account_refused', 'Invalid API key'],
    [
      'a full queue',
      {},
      { status: 429, headers: { 'retry-after': '9' }, json: { detail: 'Server busy: queue is full' } },
      'account_busy',
      'queue is full',
    ],
    [
      'a fault',
      {},
      { status: 400, json: { detail: 'JSON payload must be an object' } },
      'vendor_refused',
      'JSON payload',
    ],
    [
      'a fault in the envelope',
      {},
      { json: { data: null, code: 400, error: 'no such thing' } },
      'vendor_refused',
      'no such thing',
    ],
    ['a breakdown', {}, { status: 500, json: { detail: 'boom' } }, 'vendor_silent', 'boom'],
    ['being away', {}, { status: 503, json: { detail: 'loading' } }, 'vendor_unreachable', 'loading'],
    [
      'an answer that names no task',
      {},
      { json: { data: {}, code: 200 } },
      'vendor_silent',
      'without a usable "task_id"',
    ],
    [
      'something else than JSON',
      {},
      { bytes: Buffer.from('<html>'), type: 'text/html' },
      'vendor_silent',
      'other than JSON',
    ],
    ['silence', {}, 'lost' as const, 'vendor_silent', 'broke off'],
  ])('maps %s to its error', async (_, given, answer, code, words) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(job('suno/music', SONG), account(given), aSignal())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      ...(code === 'account_busy' ? { details: { retryAfterSeconds: 9 } } : {}),
    })
    expect(vendor.seen.length).toBe(before + 1) // a call is made once
  })

  it('reports an engine that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(job('suno/music', SONG), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports progress, and keeps waiting for a job that the engine does not know', async () => {
    const request = job('suno/music', SONG)
    const submitted = await provider.submit(request, account(), aSignal())
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    const handle: Json = JSON.parse(JSON.stringify(submitted.handle))
    await expect(provider.poll?.(handle ?? null, account(), aSignal(), request)).resolves.toEqual({
      status: 'processing',
      progress: 42,
      pollAfterMs: 2_000,
    })
    const unknown = { id: 'nobody', made: { title: '', tags: '', lyrics: '' } }
    await expect(provider.poll?.(unknown, account(), aSignal(), request)).resolves.toEqual({
      status: 'processing',
      pollAfterMs: 2_000,
    })
    await expect(provider.poll?.({ other: 1 }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'internal',
    })
  })

  it('takes the reason of a failure from the last line of the traceback', async () => {
    const request = job('suno/music', SONG)
    const handle = { id: 'x', made: { title: '', tags: '', lyrics: '' } }
    const look = (entries: Json, status = 2) => {
      const found = { task_id: 'x', status, result: JSON.stringify(entries) }
      vendor.next.push({ json: { data: [found], code: 200, error: null } })
      return provider.poll?.(handle, account(), aSignal(), request)
    }
    const traceback =
      'Traceback (most recent call last):\n  File "/srv/ace/api.py", line 1\nRuntimeError: CUDA out of memory\n'
    await expect(look([{ error: traceback }])).resolves.toEqual({ status: 'failed', reason: 'CUDA out of memory' })
    await expect(look([{ error: 'RuntimeError: 5Hz LM init failed: no such file' }])).resolves.toEqual({
      status: 'failed',
      reason: expect.stringMatching(/no such file.*ACE_STEP_LM=off/),
    })
    await expect(look([{ file: '', stage: 'failed' }])).resolves.toMatchObject({
      reason: expect.stringContaining('without a reason'),
    })
    await expect(look([{ file: '' }], 1)).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('without a usable result'),
    })
    vendor.next.push({ json: { data: [], code: 200 } })
    await expect(provider.poll?.(handle, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('writes lyrics without making a song', async () => {
    const result = await resultOf(provider, job('suno/lyrics', { prompt: 'fog' }), account())
    expect(lastAsked()?.json).toMatchObject({ sample_mode: true, sample_query: 'fog', analysis_only: true })
    expect(result).toEqual({
      output: {
        lyrics: [
          { title: 'The fog comes in', text: expect.stringContaining('fog'), tags: ['A soft ballad with piano'] },
        ],
      },
      files: [],
    })
  })

  it('keeps the path prefix of the base address in calls and files', async () => {
    const prefixed = account({ baseUrl: `${vendor.url}/engines/ace/` })
    const result = await resultOf(provider, job('suno/music', SONG), prefixed)
    await expectResult('suno/music', result)
    expect(vendor.at('POST', '/engines/ace/release_task')).toHaveLength(1)
    expect(vendor.at('GET', '/engines/ace/v1/audio')).toHaveLength(2)
  })

  it('probes the account with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: '' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
  })

  it('has neither a way to find a lost answer nor one to cancel', () => {
    expect(provider).not.toHaveProperty('reconcile')
    expect(provider).not.toHaveProperty('cancel')
  })

  providerContract('ACE-Step', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => job(operation),
    operations: ['suno/music', 'suno/lyrics', 'Qubico/ace-step/txt2audio'],
  })
})

function secondsIn(mp3: Uint8Array | undefined): number {
  return framesOf(mp3 ?? new Uint8Array()).length * FRAME_SECONDS
}
