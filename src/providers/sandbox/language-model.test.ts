import type { JSONSchema7, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { CALL_MAGIC } from './call-magic.ts'
import { fittingValue } from './fitting-value.ts'
import { sandboxLanguageModel } from './language-model.ts'

const user = (text: string): LanguageModelV4CallOptions['prompt'] => [
  { role: 'user', content: [{ type: 'text', text }] },
]
const weather = {
  type: 'function' as const,
  name: 'weather',
  inputSchema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 3 } },
    required: ['city'],
  } as JSONSchema7,
}

function modelWithSlept() {
  const slept: number[] = []
  const model = sandboxLanguageModel('sandbox-1', { sleep: async (ms) => void slept.push(ms) })
  return { model, slept }
}

async function streamed(options: LanguageModelV4CallOptions) {
  const { model, slept } = modelWithSlept()
  const { stream } = await model.doStream(options)
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return { parts, slept, text: parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('') }
}

describe('the language model of the sandbox', () => {
  it('answers the same request with the same text, whole and streamed', async () => {
    const { model } = modelWithSlept()
    const first = await model.doGenerate({ prompt: user('Sing!') })
    const again = await model.doGenerate({ prompt: user('Sing!') })
    const { text, parts } = await streamed({ prompt: user('Sing!') })
    expect(again).toEqual(first)
    expect(first.content).toEqual([{ type: 'text', text }])
    expect(text).toContain('sandbox answer')
    expect(text).toContain('"Sing!"')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', usage: first.usage, finishReason: { unified: 'stop' } })
    expect(first.usage.outputTokens.total).toBe(Math.ceil(text.length / 4))
  })

  it('calls the tool that a choice demands, with arguments that fit its schema', async () => {
    const { model } = modelWithSlept()
    for (const toolChoice of [{ type: 'required' as const }, { type: 'tool' as const, toolName: 'weather' }]) {
      const { content, finishReason } = await model.doGenerate({ prompt: user('hi'), tools: [weather], toolChoice })
      expect(finishReason.unified).toBe('tool-calls')
      expect(content).toMatchObject([{ type: 'tool-call', toolName: 'weather' }])
      const [call] = content
      const input = call?.type === 'tool-call' ? JSON.parse(call.input) : undefined
      expect(Compile(weather.inputSchema as object).Check(input)).toBe(true)
    }
  })

  it('calls a tool at the magic word, and answers once it has the result', async () => {
    const prompt = user('sandbox:tool')
    const { parts } = await streamed({ prompt, tools: [weather] })
    const call = parts.find((part) => part.type === 'tool-call')
    const deltas = parts.map((part) => (part.type === 'tool-input-delta' ? part.delta : '')).join('')
    expect(deltas).toBe(call?.type === 'tool-call' ? call.input : '')
    const result = {
      type: 'tool-result' as const,
      toolCallId: 'c',
      toolName: 'weather',
      output: { type: 'text' as const, value: 'sun' },
    }
    const after = await streamed({ prompt: [...prompt, { role: 'tool', content: [result] }], tools: [weather] })
    expect(after.text).toContain('The tool weather answered.')
  })

  it('writes JSON that fits the schema', async () => {
    const schema: JSONSchema7 = {
      type: 'object',
      properties: { tempo: { type: 'integer', minimum: 60, maximum: 180 } },
      required: ['tempo'],
    }
    const { text } = await streamed({ prompt: user('hi'), responseFormat: { type: 'json', schema } })
    expect(Compile(schema as object).Check(JSON.parse(text))).toBe(true)
  })

  it.each([
    ['sandbox:rate-limit', { status: 429, code: 'rate_limited', details: { retryAfterSeconds: 1 } }],
    ['sandbox:overloaded', { status: 503 }],
    ['sandbox:refuse', { status: 400, code: 'invalid_input' }],
    ['sandbox:moderation', { status: 400, code: 'content_moderated' }],
    ['sandbox:cut', { status: 504 }],
    ['sandbox:broken', { name: 'TypeError' }],
  ])('fails at %s', async (word, error) => {
    await expect(modelWithSlept().model.doGenerate({ prompt: user(`Please ${word} now`) })).rejects.toMatchObject(error)
  })

  it('breaks a stream off in its middle, without a usage', async () => {
    const { parts, text } = await streamed({ prompt: user('sandbox:cut') })
    expect(text.length).toBeGreaterThan(10)
    expect(parts.at(-1)).toMatchObject({ type: 'error', error: { code: 'vendor_silent' } })
    expect(parts.some(({ type }) => type === 'finish')).toBe(false)
  })

  it('takes its time for each word of a slow stream', async () => {
    const { slept, parts } = await streamed({ prompt: user('sandbox:slow=250') })
    const words = parts.filter(({ type }) => type === 'text-delta').length
    expect(slept).toEqual(Array.from({ length: words }, () => 250))
  })

  it('writes a long answer, and ends it at the limit of tokens or at a stop sequence', async () => {
    expect((await streamed({ prompt: user('sandbox:long=300') })).text.split(' ')).toHaveLength(300)
    const limited = await streamed({ prompt: user('sandbox:long'), maxOutputTokens: 10 })
    expect(limited.text).toHaveLength(40)
    expect(limited.parts.at(-1)).toMatchObject({ finishReason: { unified: 'length' } })
    expect((await streamed({ prompt: user('sandbox:long'), stopSequences: [' word3'] })).text).toBe('word1 word2')
  })

  it('reasons at the magic word, and where the request says how much', async () => {
    for (const options of [{ prompt: user('sandbox:think') }, { prompt: user('hi'), reasoning: 'low' as const }]) {
      const { parts } = await streamed(options)
      expect(parts.map(({ type }) => type)).toContain('reasoning-delta')
      expect(parts.at(-1)).toMatchObject({ usage: { outputTokens: { reasoning: expect.any(Number) } } })
    }
  })

  it('looks for magic words only in the last message of the user', async () => {
    const prompt = [
      ...user('sandbox:refuse'),
      { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'no' }] },
      ...user('hi'),
    ]
    expect((await streamed({ prompt })).text).toContain('"hi"')
  })

  it('lists each word that it knows', () => {
    expect(Object.keys(CALL_MAGIC)).toHaveLength(10)
  })
})

describe('a value that fits a schema', () => {
  it.each<[string, JsonObject]>([
    [
      'enumerations and constants',
      { type: 'object', properties: { a: { enum: ['x', 'y'] }, b: { const: 5 } }, required: ['a', 'b'] },
    ],
    [
      'limits of numbers',
      { type: 'array', items: { type: 'integer', exclusiveMinimum: 4, maximum: 9, multipleOf: 3 }, minItems: 2 },
    ],
    ['numbers below zero', { type: 'number', minimum: -9, exclusiveMaximum: -2 }],
    ['limits of texts', { type: 'string', minLength: 40, maxLength: 50 }],
    ['short texts', { type: 'string', maxLength: 3 }],
    [
      'unions, where null is one',
      { type: 'object', properties: { a: { anyOf: [{ type: 'null' }, { type: 'integer' }] } }, required: ['a'] },
    ],
    ['types in a list', { type: ['null', 'boolean'] }],
    [
      'parts of a whole',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'integer' } }, required: ['b'] },
        ],
      },
    ],
    [
      'references',
      {
        $defs: { song: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] } },
        type: 'array',
        items: { $ref: '#/$defs/song' },
        minItems: 1,
      },
    ],
    [
      'references to itself',
      {
        $defs: {
          tree: {
            type: 'object',
            properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
            required: ['name'],
          },
        },
        $ref: '#/$defs/tree',
      },
    ],
    ['tuples', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], minItems: 2 }],
    ['nothing', {}],
  ])('is made for %s', (_what, schema) => {
    const value = fittingValue(schema)
    expect(Compile(schema).Errors(value)).toEqual([])
    expect(fittingValue(schema)).toEqual(value)
  })

  it('ends where a schema requires itself for ever', () => {
    const schema = {
      $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } },
      $ref: '#/$defs/a',
    }
    expect(JSON.stringify(fittingValue(schema)).length).toBeLessThan(1_000)
  })
})
