import { type Static, Type } from 'typebox'
import { optionalFile, optionalText, requiredText, sizeByShortSide } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import {
  contentModeration,
  credits,
  FRAME,
  HD,
  MAX_PROMPT,
  MAX_SHORT_PROMPT,
  MODEL,
  model,
  outputFormat,
  proresProfile,
  ratio,
  SOUND,
  seed,
  sizeIn,
  TIMEOUT_MS,
  uri,
  VIDEO,
} from './runway-fields.ts'

/** Runway: pictures, larger pictures and videos, and sounds. `runway.ts` says which values are inferred. */

export const SQUARE = { widthPx: 1_024, heightPx: 1_024 }

const GEN4_SIZES = [
  ...['1024:1024', '1080:1080', '1168:880', '1360:768', '1440:1080', '1080:1440', '1808:768', '1920:1080', '1080:1920'],
  ...['2112:912', '1280:720', '720:1280', '720:720', '960:720', '720:960', '1680:720'],
]

const TextToImage = Type.Object({
  model: model([
    'gen4_image',
    'gen4_image_turbo',
    'gpt_image_2',
    'gpt_image_2_5_flare',
    'gpt_image_2_5_sunburst',
    'gemini_2.5_flash',
    'gemini_image3.1_flash',
    'gemini_image3_pro',
    'grok_imagine_image_2',
    'seedream5_lite',
    'seedream5_pro',
    'muse_image',
  ]),
  promptText: requiredText(32_000, 'What the picture shows.'),
  ratio,
  referenceImages: Type.Optional(
    Type.Array(
      Type.Object({
        uri: uri('image'),
        tag: optionalText(16, 'Its name in the prompt.'),
        subject: Type.Optional(Type.Enum(['object', 'human'], { description: 'What it shows.' })),
      }),
      { maxItems: 16, description: 'Pictures to refer to.' },
    ),
  ),
  outputCount: Type.Integer({ minimum: 1, maximum: 10, default: 1, description: 'How many pictures.' }),
  quality: Type.Optional(Type.Enum(['low', 'medium', 'high', 'auto'], { description: 'How much work is done.' })),
  background: Type.Optional(
    Type.Enum(['transparent', 'opaque', 'auto'], { description: 'Whether the picture has a background.' }),
  ),
  seed,
  contentModeration,
})

function brokenPicture(input: Static<typeof TextToImage>): BrokenRule | undefined {
  const { model: name, promptText: words, ratio, referenceImages: images = [] } = input
  if (ratio === undefined) return { field: 'ratio', rule: 'is required' }
  if (!name.startsWith('gen4')) return undefined
  if (words.length > MAX_SHORT_PROMPT) {
    return { field: 'promptText', rule: `has at most ${MAX_SHORT_PROMPT} characters with ${name}` }
  }
  if (!GEN4_SIZES.includes(ratio)) {
    return { field: 'ratio', rule: `must be one of ${GEN4_SIZES.join(', ')} with ${name}, not ${ratio}` }
  }
  if (images.length > 3) return { field: 'referenceImages', rule: `has at most 3 elements with ${name}` }
  if (images.length === 0 && name === 'gen4_image_turbo') {
    return { field: 'referenceImages', rule: `is needed with ${name}` }
  }
  return undefined
}

export const runwayTextToImage = operation({
  model: MODEL,
  taskType: 'text_to_image',
  title: 'Make pictures from a description',
  input: TextToImage,
  produces: {
    kind: 'pictures',
    of: (input) => ({
      ...sizeIn(input.ratio, SQUARE),
      count: input.outputCount,
      isTransparent: input.background === 'transparent',
    }),
  },
  rules: brokenPicture,
  price: ({ model: name, outputCount }) => credits((name === 'gen4_image_turbo' ? 2 : 8) * outputCount),
  example: {
    model: 'gen4_image',
    promptText: '@harbour in winter',
    ratio: '1280:720',
    referenceImages: [{ uri: FRAME, tag: 'harbour' }],
  },
})

const percent = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 100, description }))
const upscaled = { sharpen: percent('How sharp it becomes.'), smartGrain: percent('How much grain it gets.') }

export const runwayImageUpscale = operation({
  model: MODEL,
  taskType: 'image_upscale',
  title: 'Enlarge a picture',
  input: Type.Object({
    model: model(['magnific_precision_upscaler_v2']),
    imageUri: uri('image'),
    scaleFactor: Type.Enum([2, 4, 8, 16], { default: 2, description: 'How many times wider and higher it becomes.' }),
    flavor: Type.Optional(Type.Enum(['sublime', 'photo', 'photo_denoiser'], { description: 'What kind of picture.' })),
    ultraDetail: percent('How much detail is added.'),
    ...upscaled,
  }),
  // The picture is not opened, so a small one is assumed.
  produces: {
    kind: 'pictures',
    of: ({ scaleFactor }) => ({ widthPx: 512 * scaleFactor, heightPx: 512 * scaleFactor }),
  },
  price: ({ scaleFactor }) => credits(5 * scaleFactor),
  example: { model: 'magnific_precision_upscaler_v2', imageUri: FRAME, scaleFactor: 2, flavor: 'photo' },
})

const SHORT_SIDES: Record<string, number> = { '720p': 720, '1k': 1_080, '2k': 1_440, '4k': 2_160 }
const FRAMERATES = ['24', '25', '30', '48', '50', '60', '120', '23_98', '29_97', '59_94']

export const runwayVideoUpscale = operation({
  model: MODEL,
  taskType: 'video_upscale',
  title: 'Enlarge a video, or give it more frames',
  input: Type.Object({
    model: model(['magnific_video_upscaler_creative', 'enhance_frame_rate']),
    videoUri: uri('video'),
    resolution: Type.Enum(Object.keys(SHORT_SIDES), { default: '2k', description: 'How large it becomes.' }),
    creativity: percent('How much detail is invented.'),
    flavor: Type.Optional(Type.Enum(['vivid', 'natural'], { description: 'How it looks.' })),
    fpsBoost: Type.Optional(Type.Boolean({ description: 'Give it more frames, too.' })),
    targetFramerate: Type.Optional(Type.Enum(FRAMERATES, { description: 'Frames a second.' })),
    ...upscaled,
  }),
  produces: {
    kind: 'videos',
    of: (input) => ({ ...sizeByShortSide('16:9', SHORT_SIDES[input.resolution] ?? 1_440), seconds: 5 }),
  },
  rules: (input) =>
    input.model === 'enhance_frame_rate' && input.targetFramerate === undefined
      ? { field: 'targetFramerate', rule: `is needed with ${input.model}` }
      : undefined,
  price: () => credits(100),
  timeoutMs: TIMEOUT_MS,
  example: { model: 'magnific_video_upscaler_creative', videoUri: VIDEO, resolution: '1k' },
})

export const runwayVideoToHdr = operation({
  model: MODEL,
  taskType: 'video_to_hdr',
  title: 'Give a video a higher dynamic range',
  input: Type.Object({ model: model(['ruby']), videoUri: uri('video'), outputFormat, proresProfile }),
  produces: { kind: 'videos', of: () => ({ ...HD, seconds: 5 }) },
  price: () => credits(20 * 5), // 20 a second; the length is inferred
  timeoutMs: TIMEOUT_MS,
  example: { model: 'ruby', videoUri: VIDEO, outputFormat: 'hdr10' },
})

const voice = Type.Object(
  {
    type: Type.Enum(['runway-preset', 'reference-audio'], { description: 'Where the voice comes from.' }),
    presetId: optionalText(60, 'One of Runway’s voices.'),
    audioUri: optionalFile('audio', 'A recording of the voice.'),
  },
  { description: 'The voice.' },
)
/** Fields of `seed_audio`. */
const tuned = {
  outputFormat: Type.Optional(Type.Enum(['wav', 'mp3', 'ogg_opus'], { description: 'How the sound is encoded.' })),
  sampleRate: Type.Optional(Type.Integer({ minimum: 8_000, maximum: 48_000, description: 'Samples a second.' })),
  loudnessRate: Type.Optional(Type.Number({ description: 'Louder or softer; 0 changes nothing.' })),
  pitchRate: Type.Optional(Type.Number({ description: 'Higher or lower, in semitones; 0 changes nothing.' })),
  speechRate: Type.Optional(Type.Number({ description: 'Faster or slower; 0 changes nothing.' })),
}
const mediaType = ({ outputFormat }: { outputFormat?: string | undefined }) =>
  outputFormat === 'wav' ? ('audio/wav' as const) : ('audio/mpeg' as const)

export const runwaySpeech = operation({
  model: MODEL,
  taskType: 'text_to_speech',
  title: 'Speak a text',
  input: Type.Object({
    model: model(['eleven_multilingual_v2', 'eleven_v3', 'seed_audio']),
    promptText: requiredText(MAX_PROMPT, 'What is spoken.'),
    voice: Type.Optional(voice),
    languageCode: optionalText(10, 'The language, such as "en".'),
    seed,
    ...tuned,
  }),
  produces: {
    kind: 'sounds',
    of: (input) => ({ seconds: Math.ceil(input.promptText.length / 15), mediaType: mediaType(input) }),
  },
  rules: (input) =>
    input.model.startsWith('eleven') && input.voice === undefined
      ? { field: 'voice', rule: `is needed with ${input.model}` }
      : undefined,
  price: ({ promptText: words }) => credits(words.length / 50),
  example: {
    model: 'eleven_multilingual_v2',
    promptText: 'The ferry leaves at noon.',
    voice: { type: 'runway-preset', presetId: 'Maya' },
  },
})

export const runwaySoundEffect = operation({
  model: MODEL,
  taskType: 'sound_effect',
  title: 'Make a sound from a description',
  input: Type.Object({
    model: model(['eleven_text_to_sound_v2', 'seed_audio']),
    promptText: requiredText(MAX_PROMPT, 'What is heard.'),
    duration: Type.Optional(Type.Number({ minimum: 0.5, maximum: 30, description: 'Seconds.' })),
    loop: Type.Optional(Type.Boolean({ description: 'Let the end lead back to the beginning.' })),
    referenceAudios: Type.Optional(Type.Array(uri('audio'), { maxItems: 3, description: 'Sounds to refer to.' })),
    ...tuned,
  }),
  produces: {
    kind: 'sounds',
    of: (input) => ({ seconds: input.duration ?? 10, mediaType: mediaType(input) }),
  },
  price: ({ duration: seconds = 10 }) => credits(seconds / 6),
  example: { model: 'eleven_text_to_sound_v2', promptText: 'a ship’s horn in fog', duration: 4 },
})

/** The assumed length of a recording, which is not opened. */
const ASSUMED_SOUND_SECONDS = 10
const sounds = { kind: 'sounds', of: () => ({ seconds: ASSUMED_SOUND_SECONDS }) } as const

export const runwaySpeechToSpeech = operation({
  model: MODEL,
  taskType: 'speech_to_speech',
  title: 'Give a recording another voice',
  input: Type.Object({
    model: model(['eleven_multilingual_sts_v2']),
    media: Type.Object(
      { audio: optionalFile('audio', 'A recording.'), video: optionalFile('video', 'A video.') },
      { description: 'What is spoken, as a recording or as a video.' },
    ),
    voice,
    removeBackgroundNoise: Type.Optional(Type.Boolean({ description: 'Remove all sounds but the voice.' })),
  }),
  produces: sounds,
  rules: ({ media }) =>
    media.audio || media.video ? undefined : { field: 'media.audio', rule: 'or media.video is needed' },
  price: () => credits(ASSUMED_SOUND_SECONDS / 3),
  example: {
    model: 'eleven_multilingual_sts_v2',
    media: { audio: SOUND },
    voice: { type: 'runway-preset', presetId: 'Noah' },
  },
})

export const runwayIsolation = operation({
  model: MODEL,
  taskType: 'voice_isolation',
  title: 'Leave nothing but the voice',
  input: Type.Object({ model: model(['eleven_voice_isolation']), audioUri: uri('audio') }),
  produces: sounds,
  price: () => credits(ASSUMED_SOUND_SECONDS / 6),
  example: { model: 'eleven_voice_isolation', audioUri: SOUND },
})

const LANGUAGES = 'en hi pt zh es fr de ja ar ru ko id it nl tr pl sv fil ms ro uk el cs da fi bg hr sk ta'.split(' ')

export const runwayDubbing = operation({
  model: MODEL,
  taskType: 'voice_dubbing',
  title: 'Dub a recording in another language',
  input: Type.Object({
    model: model(['eleven_voice_dubbing']),
    audioUri: uri('audio'),
    targetLang: Type.Enum(LANGUAGES, { description: 'The language.' }),
    disableVoiceCloning: Type.Optional(Type.Boolean({ description: 'Take another voice.' })),
    dropBackgroundAudio: Type.Optional(Type.Boolean({ description: 'Remove all sounds but the voice.' })),
    numSpeakers: Type.Optional(Type.Integer({ minimum: 0, maximum: 32, description: 'How many people speak.' })),
  }),
  produces: sounds,
  price: () => credits(ASSUMED_SOUND_SECONDS / 2),
  example: { model: 'eleven_voice_dubbing', audioUri: SOUND, targetLang: 'es' },
})

export const runwayTools: Operation[] = [
  runwayTextToImage,
  runwayImageUpscale,
  runwayVideoUpscale,
  runwayVideoToHdr,
  runwaySpeech,
  runwaySoundEffect,
  runwaySpeechToSpeech,
  runwayIsolation,
  runwayDubbing,
]
