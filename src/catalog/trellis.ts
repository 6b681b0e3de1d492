import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * 3D models (GLB) from text and pictures: Trellis, Trellis 2 and Pixal3D. Fields are those of PiAPI's pages; where a
 * comment says "inferred", no document states the value.
 */

/** A model takes several minutes. */
const TIMEOUT_MS = 20 * 60_000

const seedLimits = { minimum: -1, maximum: 2 ** 32 - 1 } // inferred
const image = mediaFile('image', 'The object, best before a plain background, up to 1024 by 1024 pixels.')

// n8n offers 10 to 50 steps, the page's example sends 7.
const samplingSteps = (what: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: `Steps of the sampler for ${what}.` }))
const guidance = (what: string, byDefault: number) =>
  Type.Number({ minimum: 0, maximum: 10, default: byDefault, description: `How closely ${what} follows the input.` })

const samplers = {
  ss_sampling_steps: samplingSteps('the structure'),
  slat_sampling_steps: samplingSteps('the surface'),
  ss_guidance_strength: guidance('the structure', 7.5),
  slat_guidance_strength: guidance('the surface', 3),
  seed: Type.Integer({ ...seedLimits, default: 0, description: 'The same seed, the same model.' }),
}

const textTo3d = operation({
  model: 'Qubico/trellis',
  taskType: 'text-to-3d',
  title: 'Make a 3D model from a description',
  input: Type.Object({ prompt: requiredText(2_000, 'What the model is.'), ...samplers }), // limit inferred
  produces: { kind: 'model', of: () => ({ hasPicture: false, hasTurntable: true }) },
  price: () => usdToPoints(0.1), // seen by a client in July 2026
  timeoutMs: TIMEOUT_MS,
  example: { prompt: 'a wooden rocking horse', ss_sampling_steps: 7, slat_sampling_steps: 7, seed: 0 },
})

const imageTo3d = operation({
  model: 'Qubico/trellis',
  taskType: 'image-to-3d',
  title: 'Make a 3D model from one or more pictures',
  input: Type.Object({
    image: Type.Optional(image),
    images: Type.Optional(
      Type.Array(mediaFile('image', 'The object, from one side.'), {
        maxItems: 10, // inferred
        description: 'Several views of the object, in place of one.',
      }),
    ),
    ...samplers,
  }),
  produces: { kind: 'model', of: () => ({ hasPicture: true, hasTurntable: true }) },
  rules: ({ image: one, images: several }) =>
    one === undefined && !several?.length ? { field: 'image', rule: 'or images is needed' } : undefined,
  price: () => usdToPoints(0.1), // seen by a client in July 2026
  timeoutMs: TIMEOUT_MS,
  example: { image: 'https://example.com/chair.png', seed: 0, ss_guidance_strength: 7.5, slat_guidance_strength: 3 },
})

const seed = Type.Optional(Type.Integer({ ...seedLimits, description: 'The same seed, the same model.' }))

function fromOnePicture(model: string, title: string, usd: number): Operation {
  return operation({
    model,
    taskType: 'image-to-3d',
    title,
    input: Type.Object({ image, seed }),
    produces: { kind: 'model', of: () => ({ hasPicture: false, hasTurntable: false }) },
    price: () => usdToPoints(usd),
    timeoutMs: TIMEOUT_MS,
    example: { image: 'https://example.com/teapot.png', seed: 42 },
  })
}

export const trellis: Operation[] = [
  textTo3d,
  imageTo3d,
  fromOnePicture('Qubico/trellis2', 'Make a 3D model from a picture, with finer surfaces', 0.1),
  fromOnePicture('Qubico/pixal3d', 'Make a 3D model from a picture, true to its pixels', 0.25),
]
