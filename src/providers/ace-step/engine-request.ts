import { PolyphonyError } from '../../core/errors.ts'
import type { Account, InputFile, Job } from '../provider.ts'
import { hasLanguageModel } from './account.ts'

/** A request for the engine, and what is needed to read its result. */
export interface EngineRequest {
  fields: Record<string, string | number | boolean>
  /** Sounds to send, read already or by their reference. */
  sources?: { src_audio?: string | InputFile; reference_audio?: string | InputFile }
  made: SongFacts
}

/** What is known of a song in advance; '' is filled in from the engine's answer. Plain JSON. */
export type SongFacts = {
  title: string
  tags: string
  lyrics: string
  /** The requested part of the delivered song. */
  section?: Section
}

export type Section = {
  /** Seconds of the delivered song. */
  fromSeconds: number
  toSeconds: number
  /** Seconds into the clip at which the section begins. */
  continueAt: number
  /** Whether what follows the section in the delivered song belongs to it, when the clips are joined. */
  hasRest: boolean
}

export const LONGEST_SECONDS = 600
export const SHORTEST_SECONDS = 10

export function refused(field: string, rule: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `${field} ${rule}.`, { field })
}

/** Fields of every request. `unknown` leaves the language of the voice to the model. */
export function commonFields(count: number): EngineRequest['fields'] {
  return { audio_format: 'mp3', batch_size: count, vocal_language: 'unknown' }
}

/**
 * A seed for each of `count` takes, one after the other; a server that reads a single number only (until spring 2026,
 * by its source) draws its own in place of a list.
 */
export function seedFields(seed: number | undefined, count: number): EngineRequest['fields'] {
  if (seed === undefined) return { use_random_seed: true }
  const seeds = Array.from({ length: count }, (_, take) => (seed + take) % 2 ** 32)
  return { use_random_seed: false, seed: count === 1 ? seed : seeds.join(',') }
}

/** How the language model takes part in making music from words. Negative words affect the language model only. */
export function planningFields(account: Account, unwanted: { field: string; words: string }): EngineRequest['fields'] {
  if (!hasLanguageModel(account)) {
    mustBeEmpty(unwanted, 'must be empty: it has no effect without the engine’s language model')
    return WITHOUT_PLANNING
  }
  return { thinking: true, ...(unwanted.words === '' ? {} : { lm_negative_prompt: unwanted.words }) }
}

/** Music from a sound is made without the language model, which then need not be loaded. */
export function soundFields(unwanted: { field: string; words: string }): EngineRequest['fields'] {
  mustBeEmpty(unwanted, 'must be empty: ACE-Step ignores it for music from a sound')
  return WITHOUT_PLANNING
}

const WITHOUT_PLANNING = { thinking: false, use_cot_caption: false, use_cot_language: false }

function mustBeEmpty({ field, words }: { field: string; words: string }, rule: string): void {
  if (words !== '') throw refused(field, rule)
}

export const NO_VOICE = '[Instrumental]'

/**
 * Lyrics from an idea: the language model writes a whole song, and no sound is made. A server that does not know
 * `analysis_only` (by its source; no document names it) makes the song as well, and the words are in its answer, too.
 */
export function lyricsRequest({ input }: Job): EngineRequest {
  const { prompt } = input
  return {
    fields: { ...commonFields(1), sample_mode: true, sample_query: String(prompt), analysis_only: true },
    made: { title: '', tags: '', lyrics: '' },
  }
}
