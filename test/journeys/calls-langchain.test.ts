import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type FakeModels, openFakeModels, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const TEXT = WORDS.join('')
const ASK = 'What colour is the rain?'

let vendor: FakeModels
let test: TestGateway
beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      GEMINI_API_KEY: 'vendor-gemini',
      GOOGLE_GEMINI_BASE_URL: `${vendor.url}/gemini`,
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

/** Nothing differs from OpenAI but the address and the key. */
const model = (name: string, apiKey = LIVE_KEY, fields: object = {}) =>
  new ChatOpenAI({ model: name, apiKey, configuration: { baseURL: `${test.url}/v1` }, maxRetries: 0, ...fields })

const weather = tool(({ city }) => `Green rain in ${city}.`, {
  name: 'weather',
  description: 'The weather of a city.',
  schema: z.object({ city: z.string() }),
})

describe('LangChain’s client of OpenAI', () => {
  it.each(['gpt-5-mini', 'claude-haiku-4-5', 'gemini-2.5-flash'])(
    'gets a whole answer of %s, with its usage',
    async (name) => {
      const answer = await model(name).invoke(ASK)
      expect(answer.text).toBe(TEXT)
      expect(answer.usage_metadata).toMatchObject({ input_tokens: USED.input, output_tokens: USED.output })
    },
  )

  it.each(['gpt-5-mini', 'claude-haiku-4-5', 'gemini-2.5-flash'])(
    'gets a stream of %s, with its usage at the end',
    async (name) => {
      let text = ''
      let tokens = 0
      for await (const chunk of await model(name).stream(ASK)) {
        text += chunk.text
        // The package's own type of a chunk of an unknown version of its messages has none.
        const usage = chunk.usage_metadata as { output_tokens: number } | undefined
        tokens += usage?.output_tokens ?? 0
      }
      expect([text, tokens]).toEqual([TEXT, USED.output])
    },
  )

  it.each([
    ['chat completions', {}],
    ['responses', { useResponsesApi: true }],
  ])('calls a tool by %s, and gives its result back', async (_api, fields) => {
    const able = model('gpt-5', TEST_KEY, fields).bindTools([weather])
    const question = new HumanMessage('sandbox:tool What is the weather in Ulm?')
    const asked = await able.invoke([question])
    const [call] = asked.tool_calls ?? []
    expect(call).toMatchObject({ name: 'weather', args: { city: expect.any(String) } })
    const result = new ToolMessage({
      content: await weather.invoke(call?.args as { city: string }),
      tool_call_id: call?.id ?? '',
    })
    const answer = await able.invoke([question, asked, result])
    expect(answer.text.length).toBeGreaterThan(0)
  })

  it.each(['jsonSchema', 'functionCalling'] as const)('gets structured output by %s', async (method) => {
    const schema = z.object({ colour: z.string(), depth: z.number() })
    const structured = model('gpt-5', TEST_KEY).withStructuredOutput(schema, { name: 'rain', method })
    expect(schema.parse(await structured.invoke(ASK))).toMatchObject({ colour: expect.any(String) })
  })

  it('gets a JSON object without a schema', async () => {
    const answer = await model('gpt-5', TEST_KEY).invoke(`${ASK} Answer in JSON.`, {
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(answer.text)).toBeTypeOf('object')
  })

  it('gets embeddings of one text and of several', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: 'text-embedding-3-small',
      apiKey: LIVE_KEY,
      encodingFormat: 'float',
      configuration: { baseURL: `${test.url}/v1` },
      maxRetries: 0,
    })
    expect(await embeddings.embedQuery('rain')).toEqual([0.5, 0.25])
    expect(await embeddings.embedDocuments(['rain'])).toEqual([[0.5, 0.25]])
  })

  it('raises the gateway’s errors as those of OpenAI', async () => {
    await expect(model('no-such-model').invoke(ASK)).rejects.toMatchObject({ status: 404 })
    await expect(model('gpt-5', 'sk-live-unknown').invoke(ASK)).rejects.toMatchObject({ status: 401 })
  })
})
