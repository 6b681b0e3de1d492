import { describe, expect, it } from 'vitest'
import { compilerFaults, EXACT } from '../../../test/support/compiler-faults.ts'
import groups from '../../catalog/fal-models.json' with { type: 'json' }
import { falRequest } from '../../catalog/hosted.ts'
import { type Kind, type Output, outputSpecOf } from '../../catalog/outputs.ts'
import { FILE_SCHEME } from '../provider.ts'
import { hostedValue } from './hosted.ts'

const MADE = {
  pictures: { pictures: [{ file: `${FILE_SCHEME}a`, widthPx: 8, heightPx: 8 }], grid: null },
  videos: { videos: [{ file: `${FILE_SCHEME}a`, cover: '', lastFrame: '', widthPx: 8, heightPx: 8, seconds: 1 }] },
  sounds: { sounds: [{ file: `${FILE_SCHEME}a`, seconds: 1 }] },
  texts: { texts: ['fog'] },
  model: { model: { file: `${FILE_SCHEME}a`, picture: '', turntable: '' } },
}
const FILES = [{ key: 'a', mediaType: 'image/png' as const, content: new Uint8Array() }]

function answerOf(model: string): string {
  const spec = outputSpecOf(falRequest.produces, { model, input: { prompt: 'fog', seed: 7 } })
  if (spec.kind !== 'anything') throw new Error(`${model} makes ${spec.kind}.`)
  return JSON.stringify(hostedValue(spec, MADE[spec.like.kind] as Output[Kind], FILES))
}

/** Their answers have the bit rate, codec and more of a file, which the sandbox does not report; or no file that it makes. */
const MEASURED = [
  'fal-ai/ffmpeg-api/metadata',
  'fal-ai/moondream-next/batch',
  'mirelo-ai/sfx-v1/video-to-audio',
  'mirelo-ai/sfx-v1/video-to-video',
  'resemble-ai/chatterboxhd/speech-to-speech',
  'resemble-ai/chatterboxhd/text-to-speech',
]
const HEAD = [
  "import type { EndpointTypeMap } from '@fal-ai/client/endpoints'",
  ...EXACT,
  "declare function take<Model extends keyof EndpointTypeMap>(output: EndpointTypeMap[Model]['output']): void",
]

describe('the sandbox’s answer for a model of fal', () => {
  it('fits the type that fal’s client has for it, for every model', { timeout: 120_000 }, () => {
    const models = groups.flatMap(({ models: names }) => names.split(' ')).filter((name) => !MEASURED.includes(name))
    const lines = models.map((model) => `take<${JSON.stringify(model)}>(exact(${answerOf(model)}))`)
    const wrong = 'take<"fal-ai/stable-audio">(exact({ audio: { url: "" } }))'
    expect(models.length).toBeGreaterThan(1_000)
    expect(compilerFaults(new URL('outputs.ts', import.meta.url), HEAD, [...lines, wrong])).toEqual([
      expect.stringContaining(wrong),
    ])
  })
})
