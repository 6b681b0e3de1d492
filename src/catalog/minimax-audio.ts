import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { optionalText, requiredText } from './fields.ts'
import { type BrokenRule, operation } from './operation.ts'
import type { SongSpec } from './outputs.ts'

/**
 * Speech and music of MiniMax's own API, in its fields. Models, limits and prices are those of platform.minimax.io and of
 * published clients (2026); where a comment says "inferred", none states the value.
 */

const MODEL = 'minimax'

// Speech.

/** USD for a thousand characters: the "hd" models, and the "turbo" ones. */
const HD_USD = 0.1
const TURBO_USD = 0.06
const SPEECH_MODELS = [
  ...['speech-2.8-hd', 'speech-2.8-turbo', 'speech-2.6-hd', 'speech-2.6-turbo'],
  ...['speech-2.5-hd-preview', 'speech-2.5-turbo-preview'],
  ...['speech-02-hd', 'speech-02-turbo', 'speech-01-hd', 'speech-01-turbo'],
]
const EMOTIONS = ['happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised', 'calm', 'fluent', 'whisper', 'neutral']
const SOUND_EFFECTS = ['spacious_echo', 'auditorium_echo', 'lofi_telephone', 'robotic']
/** The limit of the route that answers at once. */
export const MAX_SPEECH_CHARACTERS = 10_000
const CHARACTERS_PER_SECOND = 15

const within = (limit: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: -limit, maximum: limit, description }))
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const MEDIA_TYPES = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  pcm: 'audio/wav', // samples need a header
} as const
type SpeechFormat = keyof typeof MEDIA_TYPES

const SpeechInput = Type.Object({
  model: Type.Enum(SPEECH_MODELS, { description: 'The model.' }),
  text: requiredText(MAX_SPEECH_CHARACTERS, 'What is spoken; <#0.5#> is a pause of so many seconds.'),
  voice_setting: Type.Optional(
    Type.Object(
      {
        voice_id: optionalText(256, 'One of MiniMax’s, such as "English_expressive_narrator", or one of your own.'), // limit inferred
        speed: Type.Optional(
          Type.Number({ minimum: 0.5, maximum: 2, description: 'How fast it speaks; 1 if left out.' }),
        ),
        vol: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, maximum: 10, description: 'How loud it speaks; 1 if left out.' }),
        ),
        pitch: within(12, 'Higher or lower, in semitones; 0 if left out.'),
        emotion: Type.Optional(Type.Enum(EMOTIONS, { description: 'How it speaks; by the text if left out.' })),
        text_normalization: flag('Read numbers and the like as words.'),
        english_normalization: flag('The same for English, in the older spelling.'),
        latex_read: flag('Read formulas aloud.'),
      },
      { description: 'The voice.' },
    ),
  ),
  audio_setting: Type.Optional(
    Type.Object(
      {
        sample_rate: Type.Optional(
          Type.Enum([8_000, 16_000, 22_050, 24_000, 32_000, 44_100], { description: 'Samples a second.' }),
        ),
        bitrate: Type.Optional(
          Type.Enum([32_000, 64_000, 128_000, 256_000], { description: 'Bits a second of an MP3.' }),
        ),
        format: Type.Optional(
          Type.Enum(Object.keys(MEDIA_TYPES) as SpeechFormat[], { description: 'How it is encoded; mp3 if left out.' }),
        ),
        channel: Type.Optional(Type.Enum([1, 2], { description: 'Mono or stereo.' })),
        force_cbr: flag('A constant rate of bits.'),
      },
      { description: 'The file.' },
    ),
  ),
  pronunciation_dict: Type.Optional(
    Type.Object(
      {
        tone: Type.Optional(
          Type.Array(requiredText(200, 'A word and how it is spoken, such as "omg/oh my god".'), {
            maxItems: 1_000, // inferred
            description: 'Words and how they are spoken.',
          }),
        ),
      },
      { description: 'How words are spoken.' },
    ),
  ),
  timbre_weights: Type.Optional(
    Type.Array(
      Type.Object({
        voice_id: requiredText(256, 'A voice.'),
        weight: Type.Integer({ minimum: 1, maximum: 100, description: 'Its part in the mixture.' }),
      }),
      { maxItems: 4, description: 'Voices that are mixed.' },
    ),
  ),
  language_boost: optionalText(40, 'The language to lean on, such as "English", or "auto".'), // limit inferred
  voice_modify: Type.Optional(
    Type.Object(
      {
        pitch: within(100, 'Deeper or brighter.'),
        intensity: within(100, 'Stronger or softer.'),
        timbre: within(100, 'Fuller or crisper.'),
        sound_effects: Type.Optional(Type.Enum(SOUND_EFFECTS, { description: 'What it sounds through.' })),
      },
      { description: 'An effect on the voice.' },
    ),
  ),
  aigc_watermark: flag('Mark the sound as generated.'),
})
type SpeechInput = Static<typeof SpeechInput>

/** How the sound of an input is encoded in the end. */
export function speechFormatOf({ audio_setting }: Pick<SpeechInput, 'audio_setting'>): SpeechFormat {
  return audio_setting?.format ?? 'mp3'
}

export const minimaxSpeech = operation({
  model: MODEL,
  taskType: 'text_to_speech',
  title: 'Speak a text with a voice of MiniMax',
  input: SpeechInput,
  produces: {
    kind: 'sounds',
    of: (input) => ({
      seconds: Math.ceil(input.text.length / CHARACTERS_PER_SECOND / (input.voice_setting?.speed ?? 1)),
      mediaType: MEDIA_TYPES[speechFormatOf(input)],
    }),
  },
  rules: ({ voice_setting, timbre_weights }) =>
    voice_setting?.voice_id || timbre_weights?.length
      ? undefined
      : { field: 'voice_setting.voice_id', rule: (nameOf) => `is needed without ${nameOf('timbre_weights')}` },
  price: ({ model, text }) => usdToPoints(((model.includes('turbo') ? TURBO_USD : HD_USD) * text.length) / 1_000),
  example: {
    model: 'speech-2.8-turbo',
    text: 'The ferry leaves at noon.',
    voice_setting: { voice_id: 'English_expressive_narrator', speed: 1 },
    audio_setting: { format: 'mp3', sample_rate: 32_000 },
  },
})

// Music.

/** USD a song. */
const MUSIC_PRICES: Record<string, number> = {
  'music-2.6': 0.15,
  'music-2.6-free': 0.15, // inferred: free for MiniMax's subscribers, and sold as the other
  'music-2.5+': 0.15,
  'music-2.5': 0.15,
  'music-2.0': 0.03,
}

const MusicInput = Type.Object({
  model: Type.Enum(Object.keys(MUSIC_PRICES), { description: 'The model.' }),
  prompt: optionalText(2_000, 'How it sounds: style, mood, instruments.'),
  lyrics: optionalText(3_500, 'What is sung, with marks such as [Verse] and [Chorus].'),
  is_instrumental: Type.Boolean({ default: false, description: 'Nobody sings.' }),
  lyrics_optimizer: Type.Boolean({ default: false, description: 'Write the lyrics from the prompt.' }),
  seed: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'The same seed gives the same song.' }),
  ), // range inferred
})
type MusicInput = Static<typeof MusicInput>

function brokenRule({ prompt, lyrics, is_instrumental, lyrics_optimizer }: MusicInput): BrokenRule | undefined {
  if (is_instrumental || (lyrics_optimizer && !lyrics)) {
    return prompt ? undefined : { field: 'prompt', rule: 'is needed without lyrics' }
  }
  if (lyrics) return undefined
  const rule = (nameOf: (field: string) => string) =>
    `is needed without ${nameOf('is_instrumental')} and ${nameOf('lyrics_optimizer')}`
  return { field: 'lyrics', rule }
}

function songOf({ model, prompt = '', lyrics = '', is_instrumental: instrumental, seed }: MusicInput): SongSpec {
  const isWritten = instrumental || lyrics !== ''
  return {
    // Without words of the caller's, they are written from what the song is about.
    description: isWritten ? null : prompt,
    lyrics: instrumental ? '' : lyrics,
    tags: prompt,
    negativeTags: '',
    title: '',
    instrumental,
    mv: model,
    seed,
    continueClipId: null,
    continueAt: null,
  }
}

export const minimaxMusic = operation({
  model: MODEL,
  taskType: 'music_generation',
  title: 'Make one song, as MiniMax does',
  input: MusicInput,
  produces: { kind: 'clips', of: (input) => ({ count: 1, type: 'gen', song: songOf(input) }) },
  rules: brokenRule,
  price: ({ model }) => usdToPoints(MUSIC_PRICES[model] ?? 0),
  timeoutMs: 900_000,
  example: {
    model: 'music-2.6',
    prompt: 'indie folk, melancholic, fingerpicked guitar',
    lyrics: '[Verse]\nLights along the harbour wall\n[Chorus]\nCarry me home',
  },
})
