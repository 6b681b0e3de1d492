import { createBlackForestLabs } from '@ai-sdk/black-forest-labs'
import { createFal } from '@ai-sdk/fal'
import { createLuma } from '@ai-sdk/luma'
import { createOpenAI } from '@ai-sdk/openai'
import { createReplicate } from '@ai-sdk/replicate'
import { generateImage, generateSpeech, experimental_generateVideo as generateVideo, transcribe } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { freePort } from '../support/free-port.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/**
 * The providers of the AI SDK, which check every answer against a schema of theirs and throw on one that does not fit. Its
 * provider for Kling is not in the registry.
 */

const prompt = 'a lighthouse in the fog sandbox:fast'

/** The providers download no file from an address that is a number, so the gateway has a name here. */
const PUBLIC_URL = 'https://gateway.example.com'

let gateway: TestGateway
let url: string
beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  gateway = await openGateway({ env: { PUBLIC_URL, PORT: String(port) } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/**
 * fal's hosts are in its provider's code in part, too; and to the address that an answer names it sends the key only at the
 * host to which it sent the request, as it believes.
 */
const toGateway: typeof fetch = (address, options) => {
  const asked = String(address instanceof Request ? address.url : address)
  const headers = new Headers(options?.headers)
  if (asked.startsWith(`${PUBLIC_URL}/fal/queue/`)) headers.set('authorization', `Key ${TEST_KEY}`)
  const target = asked
    .replace('https://queue.fal.run', `${url}/fal/queue`)
    .replace('https://fal.run', `${url}/fal/run`)
    .replace('https://rest.fal.ai', `${url}/fal`)
    .replace(PUBLIC_URL, url)
  return fetch(target, { ...options, headers })
}

const shared = { fetch: toGateway, apiKey: TEST_KEY }
const fal = () => createFal(shared)
const replicate = () => createReplicate({ ...shared, apiToken: TEST_KEY, baseURL: `${PUBLIC_URL}/replicate/v1` })
const bfl = () => createBlackForestLabs({ ...shared, baseURL: `${PUBLIC_URL}/bfl/v1`, pollIntervalMillis: 50 })
const luma = () => createLuma({ ...shared, baseURL: `${PUBLIC_URL}/luma` })
const openai = () => createOpenAI({ ...shared, baseURL: `${PUBLIC_URL}/v1` })

describe('a picture through the AI SDK', () => {
  it.each<[string, () => Parameters<typeof generateImage>[0]['model']]>([
    ['fal-ai/flux/dev of fal', () => fal().image('fal-ai/flux/dev')],
    ['fal-ai/nano-banana of fal', () => fal().image('fal-ai/nano-banana')],
    ['fal-ai/imagen4/preview of fal', () => fal().image('fal-ai/imagen4/preview')],
    ['fal-ai/recraft/v3/text-to-image of fal', () => fal().image('fal-ai/recraft/v3/text-to-image')],
    ['black-forest-labs/flux-schnell of Replicate', () => replicate().image('black-forest-labs/flux-schnell')],
    ['black-forest-labs/flux-1.1-pro of Replicate', () => replicate().image('black-forest-labs/flux-1.1-pro')],
    ['a version at Replicate', () => replicate().image(`stability-ai/sdxl:${'a'.repeat(64)}`)],
    ['flux-pro-1.1 of Black Forest Labs', () => bfl().image('flux-pro-1.1')],
    ['flux-kontext-pro of Black Forest Labs', () => bfl().image('flux-kontext-pro')],
    ['flux-2-pro of Black Forest Labs', () => bfl().image('flux-2-pro')],
    ['photon-1 of Luma', () => luma().image('photon-1')],
    ['photon-flash-1 of Luma', () => luma().image('photon-flash-1')],
    ['gpt-image-1 of OpenAI', () => openai().image('gpt-image-1')],
    ['gpt-image-1-mini of OpenAI', () => openai().image('gpt-image-1-mini')],
    ['dall-e-3 of OpenAI', () => openai().image('dall-e-3')],
  ])('is made with %s', async (_name, model) => {
    const { image } = await generateImage({ model: model(), prompt, maxRetries: 0 })
    expect(image.mediaType).toMatch(/^image\//)
    expect(image.uint8Array.byteLength).toBeGreaterThan(100)
  })

  it('has the tokens of a GPT image model and the seed of Flux', async () => {
    const { usage } = await generateImage({ model: openai().image('gpt-image-1'), prompt, maxRetries: 0 })
    expect(usage.outputTokens).toBeGreaterThan(0)
    const { providerMetadata } = await generateImage({ model: bfl().image('flux-pro-1.1'), prompt, maxRetries: 0 })
    expect(JSON.stringify(providerMetadata)).toMatch(/"seed":\d+/)
  })
})

type VideoModel = Parameters<typeof generateVideo>[0]['model']

describe('a video through the AI SDK', () => {
  // The package waits five seconds before it looks again.
  it.concurrent.each<[string, () => unknown]>([
    ['kling-video/v2.1 of fal', () => fal().video('fal-ai/kling-video/v2.1/master/text-to-video')],
    ['ray-2 of fal', () => fal().video('fal-ai/luma-dream-machine/ray-2')],
    ['minimax/video-01 of Replicate', () => replicate().video('minimax/video-01')],
  ])('is made with %s', async (_name, model) => {
    const { video } = await generateVideo({
      model: model() as VideoModel, // some of the packages have types of their own of the same model
      prompt,
      maxRetries: 0,
      async download({ url: address }) {
        const answer = await toGateway(address)
        return { data: new Uint8Array(await answer.arrayBuffer()), mediaType: answer.headers.get('content-type') ?? '' }
      },
    })
    expect(video.mediaType).toBe('video/mp4')
    expect(video.uint8Array.byteLength).toBeGreaterThan(1_000)
  })
})

describe('sound through the AI SDK', () => {
  it('is spoken by fal-ai/minimax/speech-02-hd of fal', async () => {
    const { audio } = await generateSpeech({
      model: fal().speech('fal-ai/minimax/speech-02-hd'),
      text: prompt,
      maxRetries: 0,
    })
    expect(audio.uint8Array.byteLength).toBeGreaterThan(100)
  })

  it('is written down by fal-ai/whisper of fal', async () => {
    const audio = new Uint8Array((await sampleFiles['audio/mpeg']?.()) ?? [])
    const { text } = await transcribe({ model: fal().transcription('whisper'), audio, maxRetries: 0 })
    expect(text).toBe('Sandbox: not a real result.')
  })
})
