import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import { elevenlabsProvider } from './elevenlabs.ts'
import { elevenlabs as manifest } from './manifest.ts'

const KEY = 'sk_of-the-test'
const DUB = 'runway/voice_dubbing'
const SPEECH = 'Qubico/tts/zero-shot'
const SONG = 'Qubico/ace-step/txt2audio'

const refusal = (status: number, words: string, message: string, given: JsonObject = {}): FakeAnswer => ({
  status,
  json: { detail: { status: words, message, ...given } },
})

/** Music, speech, effects, isolation, voices, dubs, and the account; the second look finds a dub done. */
function openElevenlabs(): Promise<FakeVendor> {
  const looks = new Map<string, { look: number; name: string }>()
  const voices = new Set<string>()
  return openFakeVendor(async ({ method, path, json, headers, form }) => {
    if (headers['xi-api-key'] !== KEY) return refusal(401, 'invalid_api_key', 'Invalid API key')
    const sound = { bytes: (await sampleFiles['audio/mpeg']?.()) ?? new Uint8Array(), type: 'audio/mpeg' }
    const wave = { bytes: (await sampleFiles['audio/wav']?.()) ?? new Uint8Array(), type: 'audio/wav' }
    if (path === '/v1/user') return { json: { user_id: 'u', subscription: {} } }
    if (method === 'POST' && path === '/v1/music') {
      const { prompt, composition_plan: plan, seed } = json as JsonObject
      if ((prompt === undefined) === (plan === undefined)) return refusal(422, 'invalid', 'Either of the two.')
      if (prompt !== undefined && seed !== undefined) return refusal(422, 'invalid', 'No seed with a prompt.')
      return sound
    }
    if (method === 'POST' && (path === '/v1/sound-generation' || path === '/v1/audio-isolation')) return sound
    if (method === 'POST' && path === '/v1/voices/add') {
      const voice = `voice${voices.size + 1}`
      voices.add(voice)
      return { json: { voice_id: voice, requires_verification: false } }
    }
    const [, place, id = '', rest = ''] = /^\/v1\/(voices|text-to-speech|dubbing)\/([^/]+)(\/.*)?$/.exec(path) ?? []
    if (place === 'text-to-speech' && voices.has(id)) return wave
    if (place === 'voices' && method === 'DELETE' && voices.delete(id)) return { json: { status: 'ok' } }
    if (path === '/v1/dubbing' && method === 'POST') {
      const made = `dub${looks.size + 1}`
      looks.set(made, { look: 0, name: String((await form()).get('name')) })
      return { json: { dubbing_id: made, expected_duration_sec: 12.5 } }
    }
    if (path === '/v1/dubbing') {
      const dubs = [...looks].map(([dubbing_id, { name }]) => ({
        dubbing_id,
        name,
        created_at: new Date().toISOString(),
      }))
      return { json: { dubs, has_more: false, next_cursor: null } }
    }
    const dub = place === 'dubbing' ? looks.get(id) : undefined
    if (!dub) return refusal(404, 'not_found', 'Not found.')
    if (method === 'DELETE') {
      looks.delete(id)
      return { json: { status: 'ok' } }
    }
    if (rest !== '') return rest === '/audio/es' ? sound : refusal(404, 'not_found', 'No such language.')
    dub.look += 1
    const status = dub.look > 1 ? 'dubbed' : 'dubbing'
    return { json: { dubbing_id: id, name: dub.name, status, target_languages: ['es'], error: null } }
  })
}

describe('the adapter for ElevenLabs', () => {
  let vendor: FakeVendor
  const provider = elevenlabsProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const submit = (operation: string, input?: JsonObject) =>
    provider.submit(aReadableJob(operation, input), account(), aSignal())
  const sent = (path: string): Json => vendor.at('POST', path).at(-1)?.json ?? null
  const sentForm = async (path: string): Promise<Record<string, unknown>> => {
    const form = await vendor.at('POST', path).at(-1)?.form()
    const named = [...(form ?? [])].map(([name, value]) => [name, value instanceof File ? value.type : value])
    return Object.fromEntries(named)
  }

  beforeAll(async () => {
    vendor = await openElevenlabs()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s and delivers what the catalogue states', async (operation) => {
    const result = await resultOf(provider, aReadableJob(operation), account())
    const files = await expectResult(operation, result)
    expect(files.map((file) => file.length > 0)).toEqual([true])
    expect(result.logs).toBeUndefined()
  })

  it('makes a song of lyrics and styles', async () => {
    const input = {
      style_prompt: 'romantic raga, sitar, tabla',
      negative_style_prompt: 'drums; brass',
      lyrics: '[verse]\nMove your paws\n[chorus]\nCat dance',
      duration: 60,
      seed: 7,
      infer_step: 50,
    }
    await submit(SONG, input)
    const styles = { positive_styles: ['romantic raga', 'sitar', 'tabla'], negative_styles: ['drums', 'brass'] }
    expect(sent('/v1/music')).toEqual({
      model_id: 'music_v2',
      composition_plan: {
        chunks: [
          { text: '[verse]\nMove your paws', duration_ms: 30_000, ...styles },
          { text: '[chorus]\nCat dance', duration_ms: 30_000, ...styles },
        ],
      },
      seed: 7,
    })
  })

  it('makes instrumental music of the requested length', async () => {
    await submit(SONG, { style_prompt: 'swing', lyrics: '[inst]', negative_prompt: 'brass', duration: 12.5, seed: 7 })
    expect(sent('/v1/music')).toEqual({
      model_id: 'music_v2',
      prompt: 'swing\nAvoid: brass',
      music_length_ms: 12_500,
      force_instrumental: true,
    })
    await submit('Qubico/diffrhythm/txt2audio-full', { style_prompt: 'ambient' })
    expect(sent('/v1/music')).toMatchObject({ prompt: 'ambient', music_length_ms: 285_000 })
  })

  it('follows the times in timed lyrics', async () => {
    await submit('Qubico/diffrhythm/txt2audio-base', {
      lyrics: '[00:10.00] Paws\n[00:50.00] Left',
      style_prompt: 'pop',
    })
    expect(sent('/v1/music')).toMatchObject({
      composition_plan: {
        chunks: [
          { text: '[Intro]', duration_ms: 10_000, positive_styles: ['pop'] },
          { text: 'Paws', duration_ms: 40_000 },
          { text: 'Left', duration_ms: 45_000 },
        ],
      },
    })
  })

  it.each<[string, JsonObject, string]>([
    ['Qubico/diffrhythm/txt2audio-base', { style_audio: 'https://example.com/a.mp3' }, 'style_audio'],
    [SONG, { style_prompt: 'swing', duration: 2 }, 'duration must be at least 3'],
    ['Qubico/diffrhythm/txt2audio-base', { style_prompt: 'pop', lyrics: '[02:00.00] Late' }, 'lyrics has a line'],
    ['runway/sound_effect', { model: 'seed_audio', promptText: 'fog' }, 'model must be "eleven_text_to_sound_v2"'],
    ['runway/sound_effect', { model: 'eleven_text_to_sound_v2', promptText: 'a', outputFormat: 'wav' }, 'outputFormat'],
    ['runway/sound_effect', { model: 'eleven_text_to_sound_v2', promptText: 'a', pitchRate: 2 }, 'pitchRate'],
    [
      'runway/sound_effect',
      { model: 'eleven_text_to_sound_v2', promptText: 'a', referenceAudios: ['https://example.com/a.mp3'] },
      'referenceAudios',
    ],
  ])('refuses %s with a field that ElevenLabs does not take: %j', async (operation, input, words) => {
    const before = vendor.seen.length
    await expect(submit(operation, input)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(words),
    })
    expect(vendor.seen.length).toBe(before)
  })

  it('speaks in the voice of a recording, and removes the cloned voice', async () => {
    const input = { gen_text: 'Good evening.', ref_audio: 'https://example.com/voice.mp3', ref_text: 'Hello.' }
    const before = vendor.seen.length
    const job = aStoredJob(SPEECH, input)
    const result = await resultOf(provider, job, account())
    const calls = vendor.seen.slice(before).map(({ method, path }) => `${method} ${path}`)
    const voice = /text-to-speech\/(\w+)/.exec(calls[1] ?? '')?.[1]
    expect(calls).toEqual(['POST /v1/voices/add', `POST /v1/text-to-speech/${voice}`, `DELETE /v1/voices/${voice}`])
    expect(await sentForm('/v1/voices/add')).toEqual({ name: `polyphony ${job.taskId}`, files: 'audio/mpeg' })
    expect(sent(`/v1/text-to-speech/${voice}`)).toEqual({ text: 'Good evening.', model_id: 'eleven_multilingual_v2' })
    expect(vendor.seen.at(-2)?.query.get('output_format')).toBe('wav_24000')
    expect(Buffer.from(result.files[0]?.content as Uint8Array).toString('latin1', 0, 4)).toBe('RIFF')
  })

  it('removes the voice of a speech that failed, and names one that could not be removed', async () => {
    const cloned: FakeAnswer = { json: { voice_id: 'v', requires_verification: false } }
    vendor.next.push(cloned, refusal(401, 'quota_exceeded', 'Too few credits.'), { json: { status: 'ok' } })
    await expect(submit(SPEECH)).rejects.toMatchObject({ code: 'account_refused', message: 'Too few credits.' })
    expect(vendor.at('DELETE', '/v1/voices/v')).toHaveLength(1)
    vendor.next.push(cloned, refusal(401, 'quota_exceeded', 'Too few credits.'), { status: 500, json: {} })
    await expect(submit(SPEECH)).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credit' },
      message: expect.stringContaining('the voice v stays in the account'),
    })
    const wave: FakeAnswer = { bytes: Buffer.from('RIFF'), type: 'audio/wav' }
    vendor.next.push(cloned, wave, { status: 500, json: {} })
    await expect(submit(SPEECH)).resolves.toMatchObject({
      result: { logs: [expect.stringContaining('the voice v stays in the account')] },
    })
  })

  it('does not speak when no voice could be made', async () => {
    const before = vendor.at('POST', '/v1/text-to-speech/v').length
    vendor.next.push(refusal(400, 'voice_limit_reached', 'No place for another voice.'))
    await expect(submit(SPEECH)).rejects.toMatchObject({ code: 'account_busy' })
    vendor.next.push(refusal(403, 'can_not_use_instant_voice_cloning', 'Your plan has none.'))
    await expect(submit(SPEECH)).rejects.toMatchObject({ code: 'account_refused', details: { lacks: 'credit' } })
    vendor.next.push('lost')
    await expect(submit(SPEECH)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    vendor.next.push({ json: {} })
    await expect(submit(SPEECH)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    expect(vendor.at('POST', '/v1/text-to-speech/v')).toHaveLength(before)
  })

  it('makes sound effects, and isolates a voice', async () => {
    const model = 'eleven_text_to_sound_v2'
    await submit('runway/sound_effect', { model, promptText: 'fog', duration: 4, loop: true, outputFormat: 'mp3' })
    expect(sent('/v1/sound-generation')).toEqual({ text: 'fog', model_id: model, duration_seconds: 4, loop: true })
    await provider.submit(aStoredJob('runway/voice_isolation'), account(), aSignal())
    expect(await sentForm('/v1/audio-isolation')).toEqual({ audio: 'audio/mpeg' })
  })

  it('begins a dub, polls it and reads its sound with the key', async () => {
    const input = {
      model: 'eleven_voice_dubbing',
      audioUri: 'https://example.com/voice.mp3',
      targetLang: 'es',
      numSpeakers: 2,
      disableVoiceCloning: true,
      dropBackgroundAudio: false,
    }
    const job = aStoredJob(DUB, input)
    const submitted = await provider.submit(job, account(), aSignal())
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    expect(handle).toEqual({ id: expect.stringMatching(/^dub/), language: 'es' })
    expect(await sentForm('/v1/dubbing')).toEqual({
      name: `polyphony ${job.taskId}`,
      target_lang: 'es',
      file: 'audio/mpeg',
      num_speakers: '2',
      disable_voice_cloning: 'true',
      drop_background_audio: 'false',
    })
    const look = () => provider.poll?.(handle, account(), aSignal(), job)
    await expect(look()).resolves.toEqual({ status: 'processing' })
    const ended = await look()
    if (ended?.status !== 'completed') throw new Error(`It is ${ended?.status}.`)
    const [file] = await expectResult(DUB, ended.result)
    expect(Buffer.from(file ?? []).equals((await sampleFiles['audio/mpeg']?.()) ?? Buffer.alloc(0))).toBe(true)
    expect(vendor.seen.at(-1)?.headers['xi-api-key']).toBe(KEY)
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const look = (failure: string | null) => {
      vendor.next.push({ json: { dubbing_id: 'd', name: 'n', status: 'failed', error: failure } })
      return provider.poll?.({ id: 'd', language: 'es' }, account(), aSignal(), aJob(DUB))
    }
    await expect(look('No speech was found.')).resolves.toEqual({
      status: 'failed',
      reason: 'No speech was found.',
      isModerated: false,
    })
    await expect(look('It violates our content policy.')).resolves.toMatchObject({ isModerated: true })
    await expect(look(null)).resolves.toMatchObject({ status: 'failed' })
    const unknown = provider.poll?.({ id: 'none', language: 'es' }, account(), aSignal(), aJob(DUB))
    await expect(unknown).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
    vendor.next.push({ status: 500, json: {} })
    const broken = provider.poll?.({ id: 'd', language: 'es' }, account(), aSignal(), aJob(DUB))
    await expect(broken).rejects.toMatchObject({ code: 'vendor_unreachable' })
    vendor.next.push({ json: [] })
    const odd = provider.poll?.({ id: 'd', language: 'es' }, account(), aSignal(), aJob(DUB))
    await expect(odd).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('finds a dub whose answer was lost, or proves that there is none', async () => {
    const job = aReadableJob(DUB, undefined, { taskId: '01234567-89ab-4cde-8f01-23456789ab77' })
    const find = () => provider.reconcile?.(job, account(), aSignal())
    await expect(find()).resolves.toBe('absent')
    await provider.submit(job, account(), aSignal())
    await expect(find()).resolves.toEqual({ handle: { id: expect.stringMatching(/^dub/), language: 'es' } })
    const others = { dubbing_id: 'd', name: 'n', created_at: new Date(job.createdAt + 1_000).toISOString() }
    vendor.next.push({ json: { dubs: [others], has_more: true } })
    await expect(find()).resolves.toBe('unknown')
    const older = { ...others, created_at: new Date(job.createdAt - 1_000).toISOString() }
    vendor.next.push({ json: { dubs: [others, older], has_more: true } })
    await expect(find()).resolves.toBe('absent')
    vendor.next.push({ json: {} })
    await expect(find()).resolves.toBe('unknown')
    await expect(provider.reconcile?.(aJob(SONG), account(), aSignal())).resolves.toBe('unknowable')
  })

  it('cancels a task once and again', async () => {
    const submitted = await submit(DUB)
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    const cancel = () => provider.cancel?.(handle, account(), aSignal(), aJob(DUB))
    // What it has made would be deleted.
    vendor.next.push({ json: { dubbing_id: 'd', status: 'dubbed', error: null } })
    await expect(cancel()).rejects.toMatchObject({ code: 'vendor_refused' })
    await cancel()
    await cancel()
    expect(vendor.seen.slice(-4).map(({ method }) => method)).toEqual(['GET', 'GET', 'DELETE', 'GET'])
  })

  const suggestion = { data: { prompt_suggestion: 'a song in the manner of the sixties' } }
  const errors: [string, FakeAnswer | undefined, Record<string, string>, JsonObject][] = [
    ['a wrong key', undefined, { apiKey: 'no' }, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'no credit',
      refusal(401, 'quota_exceeded', 'You have 0 credits remaining.'),
      {},
      { code: 'account_refused', details: { lacks: 'credit' }, message: 'You have 0 credits remaining.' },
    ],
    ['no paid plan', { status: 402, json: {} }, {}, { code: 'account_refused', details: { lacks: 'credit' } }],
    [
      'a limit',
      { status: 429, headers: { 'retry-after': '3' }, json: { detail: { status: 'system_busy', message: 'Busy.' } } },
      {},
      { code: 'account_busy', details: { retryAfterSeconds: 3 } },
    ],
    [
      'a prompt that it refuses',
      refusal(400, 'bad_prompt', 'It names an artist.', suggestion),
      {},
      { code: 'content_moderated', message: 'It names an artist. It suggests: a song in the manner of the sixties' },
    ],
    [
      'a plan that it refuses',
      refusal(422, 'bad_composition_plan', 'It names an artist.'),
      {},
      { code: 'content_moderated', message: 'It names an artist.' },
    ],
    [
      'a fault of the input',
      { status: 422, json: { detail: [{ loc: ['body', 'x'], msg: 'Field required', type: 'missing' }] } },
      {},
      { code: 'vendor_refused', message: 'Field required' },
    ],
    ['a breakdown', { status: 500, json: { detail: 'Broken.' } }, {}, { code: 'vendor_silent' }],
    ['being away', { status: 503, json: {} }, {}, { code: 'vendor_unreachable' }],
    ['silence', 'lost', {}, { code: 'vendor_silent' }],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, {}, { code: 'vendor_silent' }],
    ['nothing', { bytes: Buffer.alloc(0), type: 'audio/mpeg' }, {}, { code: 'vendor_silent' }],
  ]
  describe.each([SONG, 'runway/voice_isolation', DUB])('of %s', (operation) => {
    it.each(errors)('maps %s to its error', async (_, answer, given, meaning) => {
      if (answer !== undefined) vendor.next.push(answer)
      const before = vendor.seen.length
      const submitting = provider.submit(aReadableJob(operation), account(given), aSignal())
      await expect(submitting).rejects.toMatchObject(meaning)
      expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
    })
  })

  it('does not repeat a dub that was accepted without an id', async () => {
    vendor.next.push({ json: {} })
    await expect(submit(DUB)).rejects.toMatchObject({ code: 'vendor_silent' })
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(aJob(SONG), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('probes keys with few permissions as well, and keeps the path prefix of the base address', async () => {
    const probe = (given = {}) => provider.probe?.(account(given), aSignal())
    await expect(probe()).resolves.toBeUndefined()
    await expect(probe({ apiKey: 'no' })).rejects.toMatchObject({ details: { lacks: 'credential' } })
    vendor.next.push(refusal(401, 'missing_permissions', 'The key lacks user_read.'))
    await expect(probe({ baseUrl: `${vendor.url}/eleven/` })).resolves.toBeUndefined()
    expect(vendor.seen.at(-1)?.path).toBe('/eleven/v1/user')
  })

  providerContract('ElevenLabs', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['runway/voice_dubbing', 'runway/sound_effect', 'Qubico/tts/zero-shot'],
  })
})
