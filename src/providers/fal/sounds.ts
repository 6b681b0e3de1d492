import { type MapRequest, present, seedIn } from '../kit/hosted-input.ts'

/** Sounds and 3D models of the catalogue's families at fal, by the types in fal's own package (1.10.1). */

/** The style is a list of tags here. */
const aceStep: MapRequest = (fields) => ({
  model: 'fal-ai/ace-step',
  input: {
    ...fields.same('lyrics', 'duration'),
    tags: fields.text('style_prompt') ?? '',
    ...fields.renamed({ infer_step: 'number_of_steps' }),
    ...seedIn(fields),
  },
})

/** The sound, and how much is set behind it. */
const aceStepExtend: MapRequest = (fields) => {
  const audio_url = fields.text('style_audio') ?? fields.text('audio')
  fields.skip('audio')
  return {
    model: 'fal-ai/ace-step/audio-outpaint',
    input: {
      ...present({ audio_url }),
      ...fields.same('lyrics'),
      tags: fields.text('style_prompt') ?? '',
      extend_before_duration: 0,
      ...fields.renamed({ duration: 'extend_after_duration', infer_step: 'number_of_steps' }),
      ...seedIn(fields),
    },
  }
}

function diffrhythm(music_duration: '95s' | '285s'): MapRequest {
  return (fields) => ({
    model: 'fal-ai/diffrhythm',
    input: {
      ...fields.same('lyrics', 'style_prompt'),
      ...fields.renamed({ style_audio: 'reference_audio_url' }),
      music_duration,
    },
  })
}

const tts: MapRequest = (fields) => ({
  model: 'fal-ai/f5-tts',
  input: {
    ...fields.same('gen_text', 'ref_text'),
    ...fields.renamed({ ref_audio: 'ref_audio_url' }),
    model_type: 'F5-TTS',
  },
})

const SAMPLERS = ['ss_sampling_steps', 'slat_sampling_steps', 'ss_guidance_strength', 'slat_guidance_strength']

/** fal delivers the model alone, without a picture or a turntable. */
const trellis: MapRequest = (fields) => {
  const image_urls = fields.take('images')
  return {
    model: image_urls === undefined ? 'fal-ai/trellis' : 'fal-ai/trellis/multi',
    input: {
      ...(image_urls === undefined ? fields.renamed({ image: 'image_url' }) : { image_urls }),
      ...fields.same(...SAMPLERS),
      ...seedIn(fields),
    },
  }
}

const trellis2: MapRequest = (fields) => ({
  model: 'fal-ai/trellis-2',
  input: { ...fields.renamed({ image: 'image_url' }), ...seedIn(fields) },
})

export const SOUNDS: Record<string, MapRequest> = {
  'Qubico/ace-step/txt2audio': aceStep,
  'Qubico/ace-step/extend': aceStepExtend,
  'Qubico/diffrhythm/txt2audio-base': diffrhythm('95s'),
  'Qubico/diffrhythm/txt2audio-full': diffrhythm('285s'),
  'Qubico/tts/zero-shot': tts,
  'Qubico/trellis/image-to-3d': trellis,
  'Qubico/trellis2/image-to-3d': trellis2,
}
