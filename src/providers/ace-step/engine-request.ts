import { PolyphonyError } from '../../core/errors.ts'
import type { Account, InputFile, Job } from '../provider.ts'
import { hasLanguageModel } from './account.ts'

/** A request for the engine, and what has to be known of it once it is done. */
export interface EngineRequest {
  fields: Record<string, string | number | boolean>
  /** Sounds to go along, read already or by their reference. */
  sources?: { src_audio?: string | InputFile; reference_audio?: string | InputFile }
  made: SongFacts
}

/** What is known of a song before it is made; '' is filled in from what the engine says that it made. Plain JSON. */
export type SongFacts = {
  title: string
  tags: string
  lyrics: string
  /** The part of the delivered song that was asked for. */
  section?: Section
}

export type Section = {
  /** Seconds of the delivered song. */
  fromSeconds: number
  toSeconds: number
  /** Seconds of the clip that it goes on from. */
  continueAt: number
  /** Whether what follows the section in the delivered song belongs to it, when the clips are joined. */
  hasRest: boolean
}

export const LONGEST_SECONDS = 600
export const SHORTEST_SECONDS = 10

export function refused(field: string, rule: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `${field} ${rule}.`, { field })
}

/** What every request says. `unknown` leaves the language of the voice to the model. */
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

/** How the language model takes part in making music from words. What is not wanted of it steers it alone. */
export function planningFields(account: Account, unwanted: { field: string; words: string }): EngineRequest['fields'] {
  if (!hasLanguageModel(account)) {
    mustBeEmpty(unwanted, 'counts only where the engine runs its language model')
    return WITHOUT_PLANNING
  }
  return { thinking: true, ...(unwanted.words === '' ? {} : { lm_negative_prompt: unwanted.words }) }
}

/** What is made from a sound is made without the language model, which then need not be loaded either. */
export function soundFields(unwanted: { field: string; words: string }): EngineRequest['fields'] {
  mustBeEmpty(unwanted, 'is not heard by ACE-Step where it works on a sound')
  return WITHOUT_PLANNING
}

const WITHOUT_PLANNING = { thinking: false, use_cot_caption: false, use_cot_language: false }

function mustBeEmpty({ field, words }: { field: string; words: string }, rule: string): void {
  if (words !== '') throw refused(field, rule)
}

export const NO_VOICE = '[Instrumental]'

/**
 * Words from an idea: the language model writes a whole song, and nothing is made of it. A server that does not know
 * `analysis_only` (by its source; no document names it) makes the song as well, and the words are in its answer, too.
 */
export function lyricsRequest({ input }: Job): EngineRequest {
  const { prompt } = input
  return {
    fields: { ...commonFields(1), sample_mode: true, sample_query: String(prompt), analysis_only: true },
    made: { title: '', tags: '', lyrics: '' },
  }
}
