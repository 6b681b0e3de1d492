// What a request can choose, without the code that speaks.

/** Flite's voices that sound at 16 kHz. They are in its program; it has one more, at 8 kHz. */
export const FLITE_VOICES = ['awb', 'kal16', 'rms', 'slt'] as const
export type FliteVoice = (typeof FLITE_VOICES)[number]

export const SPEECH_FORMATS = ['mp3', 'wav', 'pcm', 'flac', 'opus'] as const
export type SpeechFormat = (typeof SPEECH_FORMATS)[number]

/** That of OpenAI's speech. */
export const SPEECH_SAMPLE_RATE = 24_000
