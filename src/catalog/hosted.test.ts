import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { falRequest, hosted, knownAtReplicate, replicatePrediction } from './hosted.ts'
import { filesIn } from './media.ts'
import type { Operation } from './operation.ts'
import { type OutputSpec, outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

function spec(operation: Operation, input: JsonObject): Extract<OutputSpec, { kind: 'anything' }> {
  const found = outputSpecOf(operation.produces, readInput(operation, input))
  if (found.kind !== 'anything') throw new Error(`It makes ${found.kind}.`)
  return found
}

const replicate = (model: string, input: JsonObject = {}) => spec(replicatePrediction, { model, input })
const fal = (model: string, input: JsonObject = {}) => spec(falRequest, { model, input })

describe('the output of a hosted model', () => {
  it.each([
    ['black-forest-labs/flux-schnell', 'pictures', false],
    ['black-forest-labs/flux-1.1-pro', 'pictures', true],
    ['stability-ai/sdxl', 'pictures', false],
    ['nobody/heard-of-it', 'pictures', false],
    ['google/gemini-2.5-flash-image', 'pictures', true],
    ['google/imagen-4', 'pictures', true],
    ['luma/photon', 'pictures', true],
    ['minimax/image-01', 'pictures', false],
    ['minimax/video-01', 'videos', true],
    ['minimax/video-01-live', 'videos', true],
    ['kwaivgi/kling-v2.1', 'videos', true],
    ['luma/ray-2-720p', 'videos', true],
    ['google/veo-3', 'videos', true],
    ['wan-video/wan-2.2-t2v-fast', 'videos', true],
    ['meta/musicgen', 'sounds', true],
    ['minimax/music-1.5', 'sounds', true],
    ['lucataco/xtts-v2', 'sounds', true],
    ['lucataco/orpheus-3b-tts', 'sounds', true],
    ['meta/meta-llama-3-70b-instruct', 'texts', false],
    ['openai/gpt-4o-mini', 'texts', false],
    ['openai/gpt-image-1', 'pictures', false],
    ['openai/whisper', 'texts', true],
    ['firtoz/trellis', 'model', true],
  ])('the kind of output follows from the name of the model at Replicate: %s makes %s', (model, kind, isSingle) => {
    const { like, form } = replicate(model, { prompt: 'fog', text: 'fog' })
    expect({ kind: like.kind, form }).toEqual({ kind, form: { kind: 'bare', isSingle } })
  })

  it.each([
    ['fal-ai/flux/dev', 'pictures', ['has_nsfw_concepts', 'images', 'prompt', 'seed', 'timings']],
    ['fal-ai/nobody-heard-of-it', 'pictures', ['has_nsfw_concepts', 'images', 'prompt', 'seed', 'timings']],
    ['workflows/somebody/sticker', 'pictures', ['has_nsfw_concepts', 'images', 'prompt', 'seed', 'timings']],
    ['fal-ai/birefnet', 'pictures', ['image']],
    ['fal-ai/nano-banana', 'pictures', ['description', 'images']],
    ['fal-ai/kling-video/v2/master/text-to-video', 'videos', ['video']],
    ['fal-ai/wan-25-preview/text-to-video', 'videos', ['seed', 'video']],
    ['fal-ai/luma-dream-machine', 'videos', ['video']],
    ['fal-ai/veo3', 'videos', ['video']],
    ['fal-ai/stable-audio', 'sounds', ['audio_file']],
    ['fal-ai/f5-tts', 'sounds', ['audio_url']],
    ['fal-ai/ace-step', 'sounds', ['audio', 'lyrics', 'seed', 'tags']],
    ['fal-ai/demucs', 'sounds', ['bass', 'drums', 'guitar', 'other', 'piano', 'vocals']],
    ['fal-ai/any-llm', 'texts', ['output']],
    ['fal-ai/whisper', 'texts', ['diarization_segments', 'inferred_languages', 'text']],
    ['fal-ai/trellis', 'model', ['model_mesh', 'timings']],
    ['fal-ai/trellis-2', 'model', ['model_glb']],
  ])('a model of fal makes what its client’s types say, else what its name says: %s makes %s', (model, kind, names) => {
    const { like, form } = fal(model, { prompt: 'fog', gen_text: 'fog' })
    if (form.kind !== 'members') throw new Error('It has no members.')
    const { members } = form
    expect({ kind: like.kind, names: Object.keys(members).toSorted() }).toEqual({
      kind,
      names,
    })
  })

  it('the output of a hosted model has the size, number, length and format that the input states', () => {
    const picture = { widthPx: 1_024, heightPx: 1_024, count: 1, mediaType: 'image/webp' }
    expect(replicate('a/b').like).toMatchObject(picture)
    expect(replicate('a/b', { aspect_ratio: '16:9', num_outputs: 3, output_format: 'jpg' }).like).toMatchObject({
      count: 3,
      widthPx: 1_360,
      heightPx: 768,
      mediaType: 'image/jpeg',
    })
    expect(replicate('a/b', { width: 640, height: 384 }).like).toMatchObject({ widthPx: 640, heightPx: 384 })
    expect(fal('a/b', { image_size: 'portrait_4_3' }).like).toMatchObject({ widthPx: 768, heightPx: 1_024 })
    expect(fal('a/b', { image_size: { width: 320, height: 640 } }).like).toMatchObject({ widthPx: 320, heightPx: 640 })
    expect(fal('fal-ai/veo3', { prompt: 'fog', duration: '8s', generate_audio: true }).like).toMatchObject({
      seconds: 8,
      hasSound: true,
    })
    expect(fal('fal-ai/kling-video/v2', { duration: '10' }).like).toMatchObject({ seconds: 10 })
    expect(replicate('meta/musicgen', { duration: 12, output_format: 'wav' }).like).toMatchObject({
      seconds: 12,
      mediaType: 'audio/wav',
    })
  })

  it('the output of a hosted model has default values where those of the input are not understood', () => {
    const strange = {
      aspect_ratio: 'match_input_image',
      image_size: 'constructor',
      duration: 'long',
    }
    expect(replicate('a/b', strange).like).toEqual(replicate('a/b').like)
    const fog = { prompt: 'fog' }
    expect(replicate('luma/ray-2', { ...fog, duration: -1, aspect_ratio: 7 }).like).toEqual(
      replicate('luma/ray-2', fog).like,
    )
  })

  it('the output of a model at fal has the prompt and the seed of the request', () => {
    const values = { prompt: 'fog', seed: 7 }
    expect(fal('fal-ai/flux/dev', values).form).toMatchObject({ values })
    expect(fal('fal-ai/flux/dev', { prompt: 'fog' }).form).toMatchObject({ values: { prompt: 'fog', seed: 0 } })
  })

  it('the output kind is known for well-known model names only', () => {
    expect(knownAtReplicate('minimax/video-01')).toEqual({ makes: 'videos', isSingle: true })
    for (const name of ['nobody/heard-of-it', '', 'constructor']) expect(knownAtReplicate(name)).toBeUndefined()
  })
})

describe('the price of a hosted model', () => {
  it.each<[Operation, string, JsonObject, number]>([
    [replicatePrediction, 'black-forest-labs/flux-schnell', { prompt: 'fog' }, 400_000],
    [replicatePrediction, 'black-forest-labs/flux-schnell', { prompt: 'fog', num_outputs: 4 }, 1_600_000],
    [replicatePrediction, 'minimax/video-01', { prompt: 'fog' }, 5_000_000],
    [replicatePrediction, 'meta/musicgen', {}, 500_000],
    [replicatePrediction, 'meta/meta-llama-3-8b', {}, 100_000],
    [falRequest, 'fal-ai/flux/dev', { prompt: 'fog', num_images: 2 }, 800_000],
    [falRequest, 'fal-ai/trellis', {}, 1_000_000],
  ])(
    'the price of request %# follows the kind of output and the number of pictures',
    (operation, model, input, price) => {
      expect(operation.price(readInput(operation, { model, input }))).toBe(price)
    },
  )

  it.each<[JsonObject, number]>([
    [{ num_images: 16 }, 16],
    [{ num_outputs: 1, num_images: 16 }, 16],
    [{ num_images: 1, num_outputs: 3 }, 3],
    [{ num_images: '16' }, 16],
    [{ num_images: '9.0' }, 9],
    [{ num_images: '' }, 1],
    [{ numImages: 4 }, 4],
    [{ number_of_images: 5 }, 5],
    [{ n: 2, batch_size: 3 }, 3],
    [{ batch_size: 4, num_batches: 4 }, 16],
    [{ num_images: null, max_images: 7 }, 7],
    [{ num_images: 0 }, 1],
  ])(
    'the price counts the most pictures that any model could read from the input: %j costs those of %d',
    (input, pictures) => {
      for (const operation of hosted) {
        expect(operation.price(readInput(operation, { model: 'a/b', input }))).toBe(400_000 * pictures)
      }
    },
  )

  it.each<[JsonObject, number]>([
    [{}, 1],
    [{ duration: 5 }, 1],
    [{ duration: '8s' }, 1.6],
    [{ duration: 60 }, 12],
    [{ seconds: '60' }, 12],
    [{ duration: 'auto' }, 1],
    [{ num_frames: 250 }, 2],
    [{ duration: 60, resolution: '2160p' }, 24],
    [{ resolution: '1080p' }, 1],
    [{ duration: 10, num_videos: 2 }, 4],
  ])(
    'the price of a video follows its length, size and number: %j costs %d times the default video',
    (fields, factor) => {
      const input = { prompt: 'fog', ...fields }
      expect(falRequest.price(readInput(falRequest, { model: 'fal-ai/veo3', input }))).toBe(5_000_000 * factor)
      const operation = replicatePrediction
      expect(operation.price(readInput(operation, { model: 'google/veo-3', input }))).toBe(5_000_000 * factor)
    },
  )

  it('the price of a version or a deployment is that of its model, or of a picture when the model is unknown', () => {
    const price = (input: JsonObject) =>
      replicatePrediction.price(readInput(replicatePrediction, { input: {}, ...input }))
    expect(price({ version: 'a'.repeat(64) })).toBe(400_000)
    expect(price({ deployment: 'acme/hero-video' })).toBe(5_000_000)
  })
})

describe('the input of a hosted model', () => {
  it.each<[Operation, JsonObject, string]>([
    [replicatePrediction, { input: {} }, 'model is needed without version and deployment'],
    [replicatePrediction, { model: 'flux', input: {} }, 'model must be owner/name'],
    [replicatePrediction, { version: 'a/b', input: {} }, 'version must be the id of a version'],
    [replicatePrediction, { model: 'a/b' }, 'input is required'],
    [replicatePrediction, { model: 'a/b', input: [] }, 'input must be an object'],
    [replicatePrediction, { model: 'a/b', input: { num_outputs: 17 } }, 'input.num_outputs must be at most 16'],
    [falRequest, { input: {} }, 'model is required'],
    [falRequest, { model: 'flux', input: {} }, 'model must be owner/app'],
    [falRequest, { model: 'a/../b', input: {} }, 'model must be owner/app'],
    [replicatePrediction, { model: '../b', input: {} }, 'model must be owner/name'],
    [falRequest, { model: 'a/b', input: { num_images: 99 } }, 'input.num_images must be at most 16'],
    [falRequest, { model: 'a/b', input: { num_images: '99' } }, 'input.num_images must be at most 16'],
    [falRequest, { model: 'a/b', input: { num_images: ' 9' } }, 'input.num_images must be a whole number from 1 to 16'],
    [falRequest, { model: 'a/b', input: { num_images: 'few' } }, 'input.num_images must be a number, not "few"'],
    [falRequest, { model: 'a/b', input: { seed: 'any' } }, 'input.seed must be a number, not "any"'],
    [
      falRequest,
      { model: 'a/b', input: { image_size: { width: '512', height: '768px' } } },
      'input.image_size.height must be a number, not "768px"',
    ],
    [replicatePrediction, { model: 'a/b', input: { num_outputs: 'few' } }, 'input.num_outputs must be a number'],
    [falRequest, { model: 'a/b', input: { num_images: '1_6' } }, 'input.num_images must be a whole number'],
    [falRequest, { model: 'a/b', input: { num_images: '١٦' } }, 'input.num_images must be a whole number'],
    [falRequest, { model: 'a/b', input: { num_images: 2.5 } }, 'input.num_images must be a whole number'],
    [falRequest, { model: 'a/b', input: { num_outputs: 1, num_images: 17 } }, 'input.num_images must be at most 16'],
    [
      falRequest,
      { model: 'a/b', input: { batch_size: 5, num_batches: 4 } },
      'input.num_batches must be at most 16 with',
    ],
    [falRequest, { model: 'fal-ai/flux/dev', input: { seed: 7 } }, 'input.prompt is required'],
    [falRequest, { model: 'fal-ai/flux/dev', input: { prompt: '' } }, 'input.prompt is required'],
    [falRequest, { model: 'fal-ai/f5-tts', input: { prompt: 'fog' } }, 'input.gen_text is required'],
    [replicatePrediction, { model: 'black-forest-labs/flux-schnell', input: {} }, 'input.prompt is required'],
    [replicatePrediction, { model: 'minimax/speech-02-hd', input: { prompt: 'fog' } }, 'input.text is required'],
  ])('a request to a hosted model (%#) is refused: %j', (operation, input, message) => {
    expect(() => readInput(operation, input)).toThrow(message)
  })

  it('the input of a hosted model names at most a hundred files', () => {
    const naming = (count: number) => ({
      model: 'a/b',
      input: { images: Array.from({ length: count }, (_, number) => `https://a.example/${number}`) },
    })
    for (const operation of hosted) {
      expect(readInput(operation, naming(100))).toMatchObject(naming(100))
      expect(() => readInput(operation, naming(101))).toThrow('input names at most 100 files, not 101')
    }
  })

  it('the input of a hosted model is read by the names of its fields: numbers and booleans as texts, and placeholders', () => {
    const input = {
      ...{ prompt: 'true', negative_prompt: '', num_images: '3', seed: '7', guidance_scale: '3.5' },
      ...{ image_size: { width: '512', height: '768' }, enable_safety_checker: 'false', sync_mode: 'true' },
      ...{ duration: '5', safety_tolerance: '2', image_url: '', loras: [], mask_url: null, strength: '' },
    }
    for (const operation of hosted) {
      expect(readInput(operation, { model: 'a/b', input }).input).toEqual({
        ...{ prompt: 'true', negative_prompt: '', num_images: 3, seed: 7, guidance_scale: 3.5 },
        ...{ image_size: { width: 512, height: 768 }, enable_safety_checker: false, sync_mode: true },
        ...{ duration: '5', safety_tolerance: '2' }, // texts at fal
      })
    }
    expect(fal('fal-ai/flux/dev', input).like).toMatchObject({ count: 3, widthPx: 512, heightPx: 768 })
  })

  it('the input of a hosted model keeps all fields of the model, and the files in them are found', () => {
    const input = { image: 'https://a.example/1.png', extra: { deep: ['https://a.example/2.png'] }, n: null }
    for (const { example, ...operation } of hosted) {
      const read = readInput({ example, ...operation }, { model: 'a/b', input, stream: true })
      const { n: _, ...given } = input
      expect(read).toEqual({ ...read, model: 'a/b', input: given, stream: true })
      expect(filesIn(operation.input, read).map(({ field }) => field)).toEqual(['input.image', 'input.extra.deep.0'])
    }
  })
})
