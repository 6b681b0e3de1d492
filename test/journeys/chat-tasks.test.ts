import OpenAI from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { download, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Models of PiAPI's chat that make files: https://piapi.ai/docs/llm-api/gpt-4o-image-generation-api. */

let gateway: TestGateway
let image_url: { url: string }

beforeAll(async () => {
  gateway = await openGateway()
  const picture = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
  image_url = { url: `data:image/png;base64,${Buffer.from(picture).toString('base64')}` }
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

type Messages = OpenAI.ChatCompletionMessageParam[]

const client = () => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: TEST_KEY, maxRetries: 0 })

async function chat(model: string, messages: Messages) {
  const stream = await client().chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.7,
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
  const [, url = ''] = /\]\((http[^)]+)\)\n?$/.exec(text) ?? []
  return { text, url, chunks, task: await newest() }
}

async function newest() {
  const [task] = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1 })
  return task
}

const user = (content: string): OpenAI.ChatCompletionMessageParam => ({ role: 'user', content })

describe('chat with a model that makes files', () => {
  it.each(['gpt-4o-image', 'gpt-4o-image-preview'])(
    'streams the prompt, the progress and the picture of %s as Markdown',
    async (model) => {
      const prompt = 'draw a cyberpunk city'
      const { text, url, chunks, task } = await chat(model, [user(prompt)])
      expect(text).toContain(`\`\`\`json\n{\n  "prompt": "${prompt}",\n`)
      expect(text).toMatch(/> (?:Queued|Progress \d+%)\n\n/)
      expect(text).toContain(`![picture](${url})\n`)
      expect(await sharp((await download(url)).bytes).metadata()).toMatchObject({ format: 'png', width: 1_024 })
      expect(task).toMatchObject({ operation: 'gpt-image/generate', model, mode: 'test', status: 'completed' })
      expect(chunks[0]).toMatchObject({
        object: 'chat.completion.chunk',
        model,
        choices: [{ delta: { role: 'assistant' } }],
      })
      expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
      const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = chunks.at(-1)?.usage ?? {}
      expect(completion_tokens).toBeGreaterThan(0)
      expect(total_tokens).toBe(prompt_tokens + completion_tokens)
    },
  )

  it('changes and combines pictures of the last message, and goes on about the picture of an answer', async () => {
    const merge: Messages = [
      { role: 'system', content: 'In pencil.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url },
          { type: 'image_url', image_url },
          { type: 'text', text: 'merge two images sandbox:fast' },
        ],
      },
    ]
    const first = await chat('gpt-4o-image', merge)
    const reference = expect.stringMatching(/^asset:.*\.png$/)
    expect(first.task).toMatchObject({ operation: 'gpt-image/edit', input: { image: [reference, reference] } })
    expect(first.task?.input.prompt).toBe('In pencil.\nmerge two images sandbox:fast')
    const more: Messages = [...merge, { role: 'assistant', content: first.text }, user('at night sandbox:fast')]
    const { task } = await chat('gpt-4o-image', more)
    expect(task).toMatchObject({ operation: 'gpt-image/edit', input: { image: [expect.any(String)] } })
    expect(task?.input.prompt).toBe('In pencil.\nat night sandbox:fast')
  })

  it.each([
    ['sora-2-preview', 'sora2/sora2-video'],
    ['sora-2-hd-preview', 'sora2/sora2-pro-video'],
  ])('streams a link to the video of %s', async (model, operation) => {
    const { text, url, task } = await chat(model, [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url },
          { type: 'text', text: 'a crane sandbox:fast' },
        ],
      },
    ])
    expect(text).toContain(`[Download the video](${url})`)
    expect((await download(url)).headers.get('content-type')).toBe('video/mp4')
    expect(task).toMatchObject({ operation, model, status: 'completed' })
  })

  it('ends with the error of a task that failed', async () => {
    await expect(chat('gpt-4o-image', [user('a crane sandbox:moderation')])).rejects.toMatchObject({
      error: { code: 'content_policy_violation' },
    })
    expect(await newest()).toMatchObject({ status: 'failed', consumedPoints: 0 })
  })

  it('is among the models that a key can use', async () => {
    const names: string[] = []
    for await (const { id } of client().models.list()) names.push(id)
    expect(names).toEqual(expect.arrayContaining(['gpt-4o-image', 'sora-2-preview']))
  })

  const messages = [{ role: 'user', content: 'a crane' }]
  const part = (value: JsonObject) => [{ role: 'user', content: [{ type: 'text', text: 'a' }, value] }]
  it.each<[JsonObject, string]>([
    [{ messages }, 'stream'],
    [{ messages, stream: false }, 'stream'],
    [{ messages, stream: 'yes' }, 'stream'],
    [{ messages, stream: true, n: 2 }, 'n'],
    [{ messages, stream: true, tools: [{ type: 'function', function: { name: 'a' } }] }, 'tools'],
    [{ messages, stream: true, response_format: { type: 'json_object' } }, 'response_format'],
    [{ messages, stream: true, size: '1024x1024' }, 'size'],
    [{ messages: 'a crane', stream: true }, 'messages'],
    [{ messages: [], stream: true }, 'messages'],
    [{ messages: [{ role: 'system', content: 'a' }], stream: true }, 'messages'],
    [{ messages: [{ role: 'user', content: ' ' }], stream: true }, 'messages[0].content'],
    [{ messages: part({ type: 'input_audio', input_audio: {} }), stream: true }, 'messages[0].content[1].type'],
    [{ messages: part({ type: 'image_url', image_url: {} }), stream: true }, 'messages[0].content[1].image_url.url'],
    [
      { messages: part({ type: 'image_url', image_url: { url: 'none' } }), stream: true },
      'messages[0].content[1].image_url.url',
    ],
    [
      { messages: part({ type: 'image_url', image_url: { url: 'http://10.0.0.1/a.png' } }), stream: true },
      'messages[0].content[1].image_url.url',
    ],
  ])('refuses %j naming %s, and submits nothing', async (body, param) => {
    const before = await newest()
    const answer = await gateway.send('POST', '/v1/chat/completions', {
      key: TEST_KEY,
      body: { model: 'gpt-4o-image', ...body },
    })
    expect(answer).toMatchObject({ status: 400, body: { error: { param } } })
    expect((await newest())?.id).toBe(before?.id)
  })
})
