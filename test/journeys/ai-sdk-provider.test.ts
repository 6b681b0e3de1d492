import {
  embed,
  generateImage,
  generateSpeech,
  generateText,
  experimental_generateVideo as generateVideo,
  streamText,
  transcribe,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPolyphony, type PolyphonyProvider } from '../../packages/ai-sdk-provider/src/index.ts'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeModels, HEARD, openFakeModels, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** The provider of the AI SDK, used by the AI SDK, against a whole gateway. */

let gateway: TestGateway
let vendor: FakeModels
let polyphony: PolyphonyProvider
beforeAll(async () => {
  vendor = await openFakeModels()
  gateway = await openGateway({
    env: { OPENAI_API_KEY: 'sk-vendor-openai', OPENAI_BASE_URL: `${vendor.url}/v1` },
  })
  polyphony = createPolyphony({ url: gateway.url, key: TEST_KEY })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await vendor?.[Symbol.asyncDispose]()
})

const prompt = 'a lighthouse in the fog sandbox:fast'

interface Metadata {
  polyphony?: { taskId?: unknown; images?: { taskId?: unknown }[] }
}

/** The operation of the task that made a result, and its input. */
async function taskOf(metadata: unknown): Promise<{ operation: string; input: JsonObject }> {
  const { images, taskId = images?.[0]?.taskId } = (metadata as Metadata).polyphony ?? {}
  const task = await gateway.store.getTask({ id: String(taskId) })
  if (!task) throw new Error('The metadata names no task.')
  return task
}

async function sample(mediaType: string): Promise<Uint8Array> {
  const make = sampleFiles[mediaType]
  if (!make) throw new Error(`There is no sample of ${mediaType}.`)
  return make()
}

describe('a picture of the provider', () => {
  it('is made by the model that is named, in the size that is set', async () => {
    const { image, providerMetadata, warnings } = await generateImage({
      model: polyphony.image('flux1-dev'),
      prompt,
      size: '512x256',
      seed: 7,
    })
    expect(image.mediaType).toMatch(/^image\//)
    expect(warnings).toEqual([])
    const task = await taskOf(providerMetadata)
    expect(task.operation).toBe('Qubico/flux1-dev/txt2img')
    expect(task.input).toMatchObject({ width: 512, height: 256, seed: 7 })
  })

  it('is made of another where one is sent, by the operation of the model that takes it', async () => {
    const { providerMetadata } = await generateImage({
      model: polyphony.image('flux1-dev'),
      prompt: { text: prompt, images: [await sample('image/png')] },
    })
    const task = await taskOf(providerMetadata)
    expect(task.operation).toBe('Qubico/flux1-dev/img2img')
    expect(task.input.image).toMatch(/^(?:https?:|asset:)/)
  })

  it('takes further fields as provider options, and says what its operation has no field for', async () => {
    const { providerMetadata, warnings } = await generateImage({
      model: polyphony.image('midjourney/imagine'),
      prompt,
      aspectRatio: '16:9',
      seed: 7,
      providerOptions: { polyphony: { process_mode: 'relax' } },
    })
    expect(await taskOf(providerMetadata)).toMatchObject({ input: { aspect_ratio: '16:9', process_mode: 'relax' } })
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'seed' }])
  })

  it('of a model that there is not, or without what it needs, is refused before anything is sent', async () => {
    const before = await gateway.store.countTasks({ tenantId: gateway.tenantId, mode: 'test' })
    await expect(generateImage({ model: polyphony.image('nothing'), prompt })).rejects.toMatchObject({
      name: 'AI_NoSuchModelError',
    })
    const lora = polyphony.image('Qubico/flux1-dev-advanced/txt2img-lora')
    await expect(generateImage({ model: lora, prompt })).rejects.toThrow(/needs lora_settings/)
    expect(await gateway.store.countTasks({ tenantId: gateway.tenantId, mode: 'test' })).toBe(before)
  })
})

it('a video of the provider has the length that is set, and comes as bytes', async () => {
  const { video, providerMetadata } = await generateVideo({
    model: polyphony.video('kling/video_generation'),
    prompt,
    duration: 10,
    aspectRatio: '9:16',
  })
  expect(video.mediaType).toBe('video/mp4')
  expect(video.uint8Array.byteLength).toBeGreaterThan(100)
  expect(await taskOf(providerMetadata)).toMatchObject({ input: { duration: 10, aspect_ratio: '9:16' } })
})

it('speech of the provider is what the gateway speaks', async () => {
  const { audio } = await generateSpeech({ model: polyphony.speech('tts-1'), text: 'The last tram.', voice: 'alloy' })
  expect(audio.uint8Array.byteLength).toBeGreaterThan(1_000)
})

describe('an account at a vendor of models', () => {
  it('answers and streams texts, transcribes and embeds for the provider', async () => {
    const live = createPolyphony({ url: gateway.url, key: LIVE_KEY })
    const { text } = await generateText({ model: live('gpt-4o-mini'), prompt: 'Say hello.' })
    expect(text).toBe(WORDS.join(''))
    const parts: string[] = []
    for await (const part of streamText({ model: live.languageModel('gpt-4o-mini'), prompt: 'Say hello.' })
      .textStream) {
      parts.push(part)
    }
    expect(parts.join('')).toBe(WORDS.join(''))
    const audio = await sample('audio/mpeg')
    expect((await transcribe({ model: live.transcription('whisper-1'), audio })).text).toBe(HEARD.text)
    const { embedding } = await embed({ model: live.embedding('text-embedding-3-small'), value: 'a tram' })
    expect(embedding.length).toBeGreaterThan(0)
  })
})

it('the provider without settings says which variables to set', async () => {
  const unset = createPolyphony({ url: gateway.url })
  expect(() => unset('gpt-4o-mini')).toThrow(/POLYPHONY_KEY/)
  await expect(generateImage({ model: unset.image('flux1-dev'), prompt })).rejects.toThrow(/POLYPHONY_KEY/)
})
