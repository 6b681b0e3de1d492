import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { realtimeMeter } from './realtime-meter.ts'

const message = (event: JsonObject): Buffer => Buffer.from(JSON.stringify(event))
const created = (id: string) => message({ type: 'response.created', response: { id } })
const done = (id: string, more: JsonObject = {}) =>
  message({ type: 'response.done', response: { id, status: 'completed', ...more } })

describe('the meter of a realtime session', () => {
  it('counts sound from the cache as cached, and not as sound once more', () => {
    const meter = realtimeMeter()
    const usage = {
      input_tokens: 100,
      output_tokens: 40,
      input_token_details: { audio_tokens: 60, cached_tokens: 50, cached_tokens_details: { audio_tokens: 20 } },
      output_token_details: { audio_tokens: 30 },
    }
    meter.read(created('a'))
    expect(meter.read(done('a', { usage }))).toEqual({
      outcome: 'completed',
      usage: { inputTokens: 100, cachedReadTokens: 50, inputAudioTokens: 40, outputTokens: 40, outputAudioTokens: 30 },
    })
    expect(meter.underWay).toBe(0)
    expect(meter.delivered()).toBeUndefined()
  })

  it('knows several responses at once, and estimates what those that did not end delivered', () => {
    const meter = realtimeMeter()
    meter.read(created('a'))
    meter.read(created('b'))
    expect(meter.underWay).toBe(2)
    meter.read(message({ type: 'response.output_text.delta', delta: 'twelve chars' }))
    // Older and newer names of events, and the place of `type` in them, do not matter.
    meter.read(message({ delta: 'A'.repeat(6_400), type: 'response.audio.delta' }))
    expect(meter.read(done('b', { usage: { input_tokens: 10, output_tokens: 5 } }))).toMatchObject({
      usage: { inputTokens: 10, outputTokens: 5 },
    })
    expect(meter.delivered()).toMatchObject({ inputTokens: 10, outputTokens: 3 + 2, outputAudioTokens: 2 })
  })

  it('estimates the usage that a server does not report', () => {
    const meter = realtimeMeter()
    meter.read(created('a'))
    meter.read(message({ type: 'response.text.delta', delta: 'eight ch' }))
    expect(meter.read(done('a'))).toMatchObject({ usage: { outputTokens: 2 } })
  })

  it('bills a response once that is said to have ended twice', () => {
    const meter = realtimeMeter()
    const usage = { input_tokens: 10, output_tokens: 5 }
    meter.read(created('a'))
    expect(meter.read(done('a', { status: 'cancelled', usage }))).toMatchObject({ usage: { outputTokens: 5 } })
    expect(meter.read(done('a', { usage }))).toBeUndefined()
    meter.read(created('a'))
    expect(meter.underWay).toBe(0)
  })

  it('bills a failed response what the vendor says, and marks it', () => {
    const meter = realtimeMeter()
    meter.read(created('a'))
    const usage = { input_tokens: 0, output_tokens: 0 }
    expect(meter.read(done('a', { status: 'failed', usage }))).toMatchObject({
      outcome: 'failed',
      usage: { outputTokens: 0 },
    })
  })

  it('takes the model of transcriptions from the session, in both forms of it', () => {
    const meter = realtimeMeter()
    const heard = {
      type: 'conversation.item.input_audio_transcription.completed',
      usage: { type: 'tokens', input_tokens: 9, output_tokens: 2 },
    }
    expect(meter.read(message(heard))).toEqual({
      outcome: 'completed',
      model: 'whisper-1',
      usage: { inputTokens: 9, outputTokens: 2 },
    })
    const input_audio_transcription = { model: 'gpt-4o-transcribe' }
    meter.read(message({ type: 'session.created', session: { input_audio_transcription } }))
    expect(meter.read(message(heard))).toMatchObject({ model: 'gpt-4o-transcribe' })
    const audio = { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } }
    meter.read(message({ type: 'session.updated', session: { audio } }))
    expect(meter.read(message(heard))).toMatchObject({ model: 'gpt-4o-mini-transcribe' })
  })

  it.each<[string, Buffer]>([
    ['words that name an event', message({ type: 'response.output_text.delta', delta: '{"type":"response.done"}' })],
    [
      'an event inside another',
      message({ type: 'x', item: { type: 'response.done', response: { usage: { output_tokens: 9 } } } }),
    ],
    ['what is no JSON', Buffer.from('"response.done" {')],
    ['a list', Buffer.from('["response.done"]')],
    ['bytes', Buffer.from([0, 255, 1])],
    ['an end without a response', message({ type: 'response.done' })],
  ])('bills nothing for %s', (_case, bytes) => {
    const meter = realtimeMeter()
    expect(meter.read(bytes)).toBeUndefined()
    expect(meter.underWay).toBe(0)
  })
})
