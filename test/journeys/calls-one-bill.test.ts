import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels, SPEECH, WORDS } from '../support/fake-models.ts'
import { clipsOf, openGateway, type TestGateway } from '../support/gateway.ts'

let vendor: FakeModels
let test: TestGateway
beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

interface Usage {
  items: { group: string; tasks: number; calls: number; consumed_points: number }[]
  total: { tasks: number; calls: number; consumed_points: number }
}

describe('one key for both halves', () => {
  it('makes a song, chats about its lyrics with Claude through OpenAI’s client and speaks a line, on one bill that reconciles', async () => {
    const { key, keyId, tenantId } = await test.tenant({})
    const { available: before } = await test.balance(tenantId)

    const lyrics = '[Verse]\nRain on a tin roof\n'
    const submitted = await test.piapi.song({ gpt_description_prompt: 'a short song of rain', prompt: lyrics }, { key })
    const song = await test.piapi.ended(submitted.task_id, { key })
    expect(clipsOf(song)[0]?.audio_url).toMatch(/^http/)

    const openai = new OpenAI({ apiKey: key, baseURL: `${test.url}/v1`, maxRetries: 0 })
    const stream = await openai.chat.completions.create({
      model: 'claude-haiku-4-5',
      messages: [{ role: 'user', content: `What is this song about?\n${clipsOf(song)[0]?.metadata.prompt}` }],
      stream: true,
      stream_options: { include_usage: true },
    })
    let said = ''
    for await (const { choices } of stream) said += choices[0]?.delta.content ?? ''
    expect(said).toBe(WORDS.join(''))
    expect(vendor.seen.at(-1)?.path).toBe('/anthropic/v1/messages')

    const speech = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: said })
    expect(Buffer.from(await speech.arrayBuffer())).toEqual(SPEECH)

    // What is held for calls is given back when the key has been idle for a while; what was used is booked at once.
    const calls = async () => test.store.listCalls({ keyId, limit: 10 })
    await expect.poll(async () => (await calls()).length).toBe(2)
    const prices = (await calls()).map(({ endpoint, pricePoints }) => [endpoint, Number(pricePoints)] as const)
    expect(new Set(prices.map(([endpoint]) => endpoint))).toEqual(new Set(['chat/completions', 'audio/speech']))
    for (const [, price] of prices) expect(price).toBeGreaterThan(0)
    const songPoints = song.meta.usage.consume
    const total = songPoints + prices.reduce((sum, [, price]) => sum + price, 0)

    const usage = async (by: string) =>
      ((await test.send('GET', `/api/v1/usage?by=${by}`, { key })).body as unknown as { data: Usage }).data
    expect(await usage('key')).toMatchObject({
      items: [{ group: keyId, tasks: 1, calls: 2, consumed_points: total }],
      total: { tasks: 1, calls: 2, consumed_points: total },
    })
    expect((await usage('model')).items.map(({ group }) => group).toSorted()).toEqual([
      'claude-haiku-4-5',
      'suno',
      'tts-1',
    ])
    const shown = await test.send('GET', `/api/admin/keys/${keyId}`)
    expect(shown.body).toMatchObject({ data: { spent_today_points: total, spent_this_month_points: total } })

    const { available, held } = await test.balance(tenantId)
    expect(before - available - held).toBe(total)
    expect(await test.store.reconcile({})).toEqual([])
    const proved = await test.send('GET', '/api/admin/reconcile')
    expect(proved.body).toMatchObject({ data: { clean: true, faults: [] } })
  })
})
