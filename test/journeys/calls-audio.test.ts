import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { type FakeModels, HEARD, openFakeModels, SPEECH, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

let vendor: FakeModels
let test: TestGateway
let openai: OpenAI
let startedAt = 0

beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      POLYPHONY_MODELS: JSON.stringify({
        listener: { to: [{ provider: 'openai', model: 'whisper-1' }], price: { second: 100 } },
        'both ways': {
          to: [{ provider: 'openai', model: 'gpt-4o-transcribe' }],
          price: { input: 2.5, output: 10, second: 100 },
        },
        'gpt-3.5-turbo-instruct': { to: [{ provider: 'openai' }], price: { input: 1, output: 2 } },
      }),
    },
  })
  openai = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${test.url}/v1`, maxRetries: 0 })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
  startedAt = Date.now()
})

async function lastCall(): Promise<Call | undefined> {
  await expect.poll(() => test.store.listCalls({ limit: 1, from: startedAt })).toHaveLength(1)
  return (await test.store.listCalls({ limit: 1, from: startedAt }))[0]
}

/** Bytes of a recording, with what would be mistaken for a field of the form among them. */
const SOUND = Buffer.concat([
  Buffer.from('RIFF\r\nname="model"\r\n\r\nnot-a-model\r\n'),
  Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 251)),
])
const file = () => toFile(SOUND, 'la "la"; name="model".wav', { type: 'audio/wav' })

describe('sound and completions', () => {
  describe.each(['transcriptions', 'translations'] as const)('%s', (kind) => {
    it.each(['json', 'verbose_json', 'text', 'srt', 'vtt'] as const)(
      'are answered as %s, sent to the model of an alias, and paid by the second',
      async (format) => {
        const asked = { file: await file(), model: 'listener', response_format: format }
        const answer: unknown = await openai.audio[kind].create(asked as never) // the types differ by format
        expect(typeof answer === 'string' ? answer : JSON.stringify(answer)).toContain(HEARD.text)
        const [seen] = vendor.seen
        const form = await new Response(new Uint8Array(seen?.bytes ?? []), {
          headers: { 'content-type': String(seen?.headers['content-type']) },
        }).formData()
        expect(form.get('model')).toBe('whisper-1')
        const sent = form.get('file') as File // the only file of the form
        expect(Buffer.from(await sent.arrayBuffer()).equals(SOUND)).toBe(true)
        const call = await lastCall()
        expect(call).toMatchObject({ endpoint: `audio/${kind}`, model: 'listener', vendorModel: 'whisper-1' })
        // Plain text does not say how long the recording is: its bytes do.
        const seconds = format === 'text' ? Math.ceil(SOUND.byteLength / 8_000) : HEARD.seconds
        expect(call).toMatchObject({ usage: { seconds }, pricePoints: seconds * 1_000 })
      },
    )
  })

  it('what is set aside for a recording follows its stated length, by the dearer of two prices', async () => {
    const seconds = 60
    const samples = Buffer.alloc(44 + seconds * 8_000)
    samples.write('RIFF', 0)
    samples.write('WAVEfmt ', 8)
    samples.writeUInt32LE(16, 16)
    for (const [at, value] of Object.entries({ 20: 1, 22: 1, 32: 1, 34: 8 })) samples.writeUInt16LE(value, Number(at))
    for (const [at, value] of Object.entries({ 24: 8_000, 28: 8_000 })) samples.writeUInt32LE(value, Number(at))
    samples.write('data', 36)
    samples.writeUInt32LE(seconds * 8_000, 40)
    const listen = async (model: string, limits: { tokensPerMinute: number; creditPoints: number }) => {
      const { tokensPerMinute, creditPoints } = limits
      const { key } = await test.tenant({ creditPoints, key: { tokensPerMinute } })
      const form = new FormData()
      form.set('model', model)
      form.set('file', new Blob([samples]), 'a.wav')
      const headers = { authorization: `Bearer ${key}` }
      const answer = await fetch(`${test.url}/v1/audio/transcriptions`, { method: 'POST', headers, body: form })
      const { error } = (await answer.json()) as { error?: { code: string } }
      return error?.code ?? answer.status
    }
    // 60 s have some 1,500 tokens, and cost 60,000 points by the second, or 73,500 by tokens.
    expect(await listen('listener', { tokensPerMinute: 10, creditPoints: 60_000 })).toBe(200)
    expect(await listen('listener', { tokensPerMinute: 10, creditPoints: 59_999 })).toBe('insufficient_quota')
    expect(await listen('both ways', { tokensPerMinute: 1_500, creditPoints: 73_500 })).toBe(200)
    expect(await listen('both ways', { tokensPerMinute: 1_500, creditPoints: 73_499 })).toBe('insufficient_quota')
  })

  it('speech comes as the bytes of the vendor, and costs its characters', async () => {
    const answer = await openai.audio.speech.create({ model: 'tts-1', input: 'The rain is green.', voice: 'alloy' })
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    expect(Buffer.from(await answer.arrayBuffer()).equals(SPEECH)).toBe(true)
    expect(await lastCall()).toMatchObject({ outcome: 'completed', usage: { characters: 18 } })
  })

  it('speech that breaks off at the vendor breaks off at the caller, and costs nothing', async () => {
    vendor.troubles.push((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' })
      response.write(SPEECH.subarray(0, 100), () => setTimeout(() => response.destroy(), 50))
    })
    const answer = await openai.audio.speech.create({ model: 'tts-1', input: 'The rain is green.', voice: 'alloy' })
    await expect(answer.arrayBuffer()).rejects.toThrow()
    expect(await lastCall()).toMatchObject({ outcome: 'cut', pricePoints: 0, errorCode: 'vendor_silent' })
  })

  it('completions are answered whole and as a stream, and cost the same', async () => {
    const asked = { model: 'gpt-3.5-turbo-instruct', prompt: 'What colour is the rain?', max_tokens: 100 }
    const whole = await openai.completions.create(asked)
    expect(whole.choices[0]?.text).toBe(WORDS.join(''))
    const first = await lastCall()
    expect(first).toMatchObject({ usage: { inputTokens: USED.input, outputTokens: USED.output } })
    startedAt = Date.now() + 1
    await expect.poll(() => Date.now()).toBeGreaterThan(startedAt)
    let text = ''
    for await (const chunk of await openai.completions.create({ ...asked, stream: true })) {
      expect(chunk.choices).toHaveLength(1)
      text += chunk.choices[0]?.text
    }
    expect(text).toBe(WORDS.join(''))
    expect(await lastCall()).toMatchObject({ isStreamed: true, pricePoints: first?.pricePoints })
  })

  it('a streamed completion that breaks off ends with an error, and pays what was delivered', async () => {
    vendor.troubles.push('cut')
    const stream = await openai.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'la', stream: true })
    const read = async () => {
      for await (const chunk of stream) expect(chunk.choices).toHaveLength(1)
    }
    await expect(read()).rejects.toThrow(/broke off/)
    const call = await lastCall()
    expect(call).toMatchObject({ outcome: 'cut', errorCode: 'vendor_silent' })
    expect(call?.pricePoints).toBeGreaterThan(0)
  })

  it('moderations are free, and have a model of their own', async () => {
    expect((await openai.moderations.create({ input: 'la' })).results).toHaveLength(1)
    expect(await lastCall()).toMatchObject({ model: 'omni-moderation-latest', pricePoints: 0 })
  })

  it('a long list of tokens can be embedded', async () => {
    const input = Array.from({ length: 40 }, () => Array.from({ length: 1_000 }, (_, index) => index))
    const { status } = await test.send('POST', '/v1/embeddings', { body: { model: 'text-embedding-3-small', input } })
    expect(status).toBe(200)
  })
})
