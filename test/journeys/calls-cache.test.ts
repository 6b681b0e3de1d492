import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels, SPEECH, WORDS } from '../support/fake-models.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const TEXT = WORDS.join('')
const PRICE = (600 * 1.25 + 400 * 0.125 + 50 * 10) * 10
const CACHE = { 'x-polyphony-cache': '60' }

let vendor: FakeModels
let test: TestGateway
const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      POLYPHONY_CACHED_ANSWER_FACTOR: '0.1',
    },
    replaced: { clock },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
})

const body = (content: string, more: object = {}) => ({
  model: 'gpt-5',
  messages: [{ role: 'user', content }],
  ...more,
})
const chat = (content: string, more: object = {}, key?: string, headers: Record<string, string> = CACHE) =>
  test.send('POST', '/v1/chat/completions', { body: body(content, more), headers, ...(key ? { key } : {}) })
const cache = ({ headers }: { headers: Headers }) => headers.get('x-polyphony-cache')
/** The answer is kept a moment after it was sent. */
const kept = async (content: string, more: object = {}, key?: string) => {
  await expect.poll(async () => cache(await chat(content, more, key))).toMatch(/^hit/)
}

describe('an answer that may be kept', () => {
  it.each([
    ['whole', {}],
    ['streamed', { stream: true, stream_options: { include_usage: true } }],
  ])('is given again as it was, %s, without the vendor and for a part of its price', async (way, more) => {
    const first = await chat(way, more)
    expect(cache(first)).toBe('miss')
    await kept(way, more)
    vendor.seen.length = 0
    const reordered = Object.fromEntries(Object.entries(body(way, more)).reverse())
    const again = await test.send('POST', '/v1/chat/completions', { body: reordered, headers: CACHE })
    expect(cache(again)).toMatch(/^hit; age=\d$/)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(again.body).toEqual(first.body)
    expect(JSON.stringify(again.body)).toContain(way === 'whole' ? TEXT : '[DONE]')
    expect(vendor.seen).toEqual([])
    await expect
      .poll(async () => (await test.store.listCalls({ limit: 1 }))[0])
      .toMatchObject({ provider: 'cache', outcome: 'completed', pricePoints: PRICE / 10 })
    await test.assertBalanced()
  })

  it('is that of the same call alone: of its tenant, its mode and everything that is asked', async () => {
    await chat('same')
    await kept('same')
    const { key } = await test.tenant({})
    expect(cache(await chat('same', {}, key))).toBe('miss')
    expect(cache(await chat('same', {}, TEST_KEY))).toBe('miss')
    expect(cache(await chat('other'))).toBe('miss')
    expect(cache(await chat('same', { temperature: 0.5 }))).toBe('miss')
    const narrow = await test.tenant({ key: { allowedModels: ['gpt-4o'] } })
    expect((await chat('same', {}, narrow.key)).status).toBe(403)
  })

  it('is not kept without the header, nor read', async () => {
    const plain = await chat('plain', {}, undefined, {})
    expect(cache(plain)).toBeNull()
    expect(cache(await chat('plain'))).toBe('miss')
    await kept('plain')
    vendor.seen.length = 0
    await chat('plain', {}, undefined, {})
    expect(vendor.seen).toHaveLength(1)
  })

  it('is over when its time is', async () => {
    await chat('short')
    await kept('short')
    clock.aheadMs += 61_000
    expect(cache(await chat('short'))).toBe('miss')
  })

  it('is no error and no stream that was cut', async () => {
    vendor.troubles.push({ status: 400, body: '{"error":{"message":"no","type":"invalid_request_error"}}' })
    expect((await chat('error')).status).toBe(400)
    expect(cache(await chat('error'))).toBe('miss')
    vendor.troubles.push('cut')
    expect(String((await chat('cut', { stream: true })).body)).not.toContain('[DONE]')
    expect(cache(await chat('cut', { stream: true }))).toBe('miss')
  })

  it('may be a sound', async () => {
    const speak = async () => {
      const answer = await fetch(`${test.url}/v1/audio/speech`, {
        method: 'POST',
        headers: { ...CACHE, 'content-type': 'application/json', 'x-api-key': TEST_KEY.replace('test', 'live') },
        body: JSON.stringify({ model: 'tts-1', voice: 'alloy', input: 'la' }),
      })
      return { headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
    }
    expect((await speak()).bytes).toEqual(SPEECH)
    await expect.poll(async () => cache(await speak())).toMatch(/^hit/)
    expect((await speak()).bytes).toEqual(SPEECH)
  })

  it.each(['0', '-1', '1.5', 'yes', '2592001'])('is refused for a time that is none: %s', async (seconds) => {
    const refused = await chat('x', {}, undefined, { 'x-polyphony-cache': seconds })
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'x-polyphony-cache' } } })
    expect(vendor.seen).toEqual([])
  })
})
