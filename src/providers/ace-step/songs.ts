import { measure } from '../../assets/measure.ts'
import type { Clip, SongSpec } from '../../catalog/outputs.ts'
import { sunoMusic } from '../../catalog/suno.ts'
import { udioMusic } from '../../catalog/udio.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { Account, Job } from '../provider.ts'
import { hasLanguageModel } from './account.ts'
import {
  commonFields,
  type EngineRequest,
  LONGEST_SECONDS,
  NO_VOICE,
  planningFields,
  refused,
  seedFields,
  soundFields,
} from './engine-request.ts'

/** Songs in the words of Suno and Udio: two takes each. The version of Suno's model that is named makes no difference. */
export const SONGS: ReadonlySet<string> = new Set([sunoMusic.id, udioMusic.id])

const TAKES = 2
/** Length of an extension: half a minute by Udio's documents; Suno's is inferred. */
const EXTENSION_SECONDS = { [sunoMusic.id]: 60, [udioMusic.id]: 32 }
/** The lengths of Udio's two models. */
const UDIO_SECONDS: Record<string, number> = { 'udio32-v1.5': 32, 'udio130-v1.5': 130 }

type StoredClip = Clip & { [name: string]: Json }

export async function songRequest(job: Job, account: Account, signal: AbortSignal): Promise<EngineRequest> {
  if (job.operation === udioMusic.id) requireDefaults(job.input)
  const { song } = outputSpecFor(job, 'clips')
  if (song.continueClipId) return continued(song, clipOf(job, song.continueClipId, continueField(job)), job, signal)
  if (song.coverClipId) return covered(song, clipOf(job, song.coverClipId, 'cover_clip_id'))
  return composed(song, job, account)
}

/** From an idea, from lyrics and a style, or with the sound of a persona. */
function composed(song: SongSpec, job: Job, account: Account): EngineRequest {
  const planning = planningFields(account, unwantedIn(song))
  const shared = { ...commonFields(TAKES), ...planning, ...seedFields(song.seed, TAKES) }
  const optimised = job.input.bypass_prompt_optimization === true ? { use_cot_caption: false } : {}
  if (song.description && !song.instrumental && hasLanguageModel(account)) {
    // The length of such a song is the model's own choice, as its words are.
    return {
      fields: { ...shared, ...optimised, sample_mode: true, sample_query: song.description },
      made: { title: '', tags: '', lyrics: '' },
    }
  }
  const lyrics = song.instrumental || song.lyrics === '' ? '' : song.lyrics
  const seconds = secondsIn(job.input) ?? (hasLanguageModel(account) ? undefined : secondsFor(lyrics))
  const persona = song.personaId ? { reference_audio: personaSound(job) } : undefined
  return {
    fields: {
      ...shared,
      ...optimised,
      task_type: 'text2music',
      prompt: song.description ?? song.tags,
      lyrics: lyrics || NO_VOICE,
      ...(seconds === undefined ? {} : { audio_duration: seconds }),
    },
    ...(persona ? { sources: persona } : {}),
    made: { title: song.title, tags: song.tags, lyrics },
  }
}

/** The same words in another style; as long as the clip is. */
function covered(song: SongSpec, clip: StoredClip): EngineRequest {
  const lyrics = song.instrumental ? '' : song.lyrics || clip.prompt
  const tags = song.tags || clip.tags
  return {
    fields: {
      ...commonFields(TAKES),
      ...soundFields(unwantedIn(song)),
      ...seedFields(song.seed, TAKES),
      task_type: 'cover',
      prompt: tags,
      lyrics: lyrics || NO_VOICE,
    },
    sources: { src_audio: clip.audio },
    made: { title: song.title || clip.title, tags, lyrics },
  }
}

/**
 * Repaints a section within the song, or beyond its end, where the engine makes the song longer (by its
 * source). What comes back is the whole song; the clip is the section, as at Suno, and the rest is kept for joining.
 */
async function continued(song: SongSpec, clip: StoredClip, job: Job, signal: AbortSignal): Promise<EngineRequest> {
  const { audio, beginsAt } = wholeOf(clip)
  const source = await job.file(audio, signal)
  const { seconds: length } = await measure(source.bytes, source.mediaType)
  if (length === undefined) throw refused(continueField(job), 'must name a sound whose length can be measured')
  const end = clip.durationSeconds > 0 ? Math.min(beginsAt + clip.durationSeconds, length) : length
  const fromSeconds = toMilliseconds(song.continueAt === null ? end : beginsAt + song.continueAt)
  const toSeconds = toMilliseconds(
    song.replaces
      ? Math.min(beginsAt + song.replaces.toSeconds, end)
      : Math.min(fromSeconds + (secondsIn(job.input) ?? EXTENSION_SECONDS[job.operation] ?? 0), LONGEST_SECONDS),
  )
  const field = song.replaces ? 'infill_start_s' : 'continue_at'
  if (fromSeconds > toMilliseconds(end))
    throw refused(field, `lies behind the end of the clip, which has ${end - beginsAt} seconds`)
  if (toSeconds <= fromSeconds)
    throw refused(field, `leaves nothing to make: a song has ${LONGEST_SECONDS} seconds at most`)
  if (song.description && !song.instrumental) {
    throw refused('lyrics_type', 'must be user or instrumental for a continuation: ACE-Step writes no lyrics for one')
  }
  const tags = song.tags || clip.tags
  return {
    fields: {
      ...commonFields(TAKES),
      ...soundFields(unwantedIn(song)),
      ...seedFields(song.seed, TAKES),
      task_type: 'repaint',
      prompt: song.description ?? tags,
      lyrics: song.instrumental || song.lyrics === '' ? NO_VOICE : song.lyrics,
      repainting_start: fromSeconds,
      repainting_end: toSeconds,
      audio_duration: toMilliseconds(Math.max(length, toSeconds)),
    },
    sources: { src_audio: source },
    made: {
      title: song.title || clip.title,
      tags,
      lyrics: song.instrumental ? '' : song.lyrics,
      section: { fromSeconds, toSeconds, continueAt: fromSeconds - beginsAt, hasRest: song.replaces != null },
    },
  }
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000
}

/** A continuation is stored together with what precedes it: the next one continues that. */
function wholeOf(clip: StoredClip): { audio: string; beginsAt: number } {
  return typeof clip.whole === 'string' && typeof clip.beginsAt === 'number'
    ? { audio: clip.whole, beginsAt: clip.beginsAt }
    : { audio: clip.audio, beginsAt: 0 }
}

function continueField({ operation }: Job): string {
  return operation === udioMusic.id ? 'continue_song_id' : 'continue_clip_id'
}

function clipOf({ parent }: Job, id: string, field: string): StoredClip {
  const clip = clipIn(parent, id)
  if (!clip) throw refused(field, 'must name a clip of its task')
  return clip
}

/** A persona of ours is a reference to the clip that shows its sound. */
function personaSound({ parent }: Job): string {
  const { output } = parent ?? {}
  if (isJsonObject(output) && typeof output.audio === 'string') return output.audio
  throw refused('persona_id', 'was not made by ACE-Step, and only its maker knows how it sounds')
}

function unwantedIn({ negativeTags }: SongSpec): { field: string; words: string } {
  return { field: 'negative_tags', words: negativeTags.trim() }
}

function secondsIn({ model_type }: JsonObject): number | undefined {
  return typeof model_type === 'string' ? UDIO_SECONDS[model_type] : undefined
}

/**
 * Without its language model, the engine draws a length by lot (by its source). About five seconds for a sung line, and
 * two minutes for what has none; inferred.
 */
function secondsFor(lyrics: string): number {
  const lines = lyrics.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('[')).length
  return lines === 0 ? 120 : Math.min(240, Math.max(30, 10 + 5 * lines))
}

/** The defaults of Udio's own settings, which ACE-Step does not have. */
const UDIO_DEFAULTS: Record<string, number> = {
  song_section_start: 0.4,
  prompt_strength: 0.5,
  clarity_strength: 0.25,
  lyrics_strength: 0.5,
  generation_quality: 0.75,
}
const UDIO_NONE = ['song_section_end', 'lyrics_placement_start', 'lyrics_placement_end']
const DEFAULT_CONTEXT_SECONDS = 130

function requireDefaults({ config, ...input }: JsonObject): void {
  for (const name of [...Object.keys(UDIO_DEFAULTS), ...UDIO_NONE]) {
    const value = input[name]
    if (value !== undefined && value !== UDIO_DEFAULTS[name])
      throw refused(name, 'must have its default: ACE-Step has no such setting')
  }
  if (!isJsonObject(config)) return
  if (config.mode === 'precede')
    throw refused('config.mode', 'must not be "precede": ACE-Step continues songs at their end only')
  const { context_length = DEFAULT_CONTEXT_SECONDS } = config
  if (context_length !== DEFAULT_CONTEXT_SECONDS) {
    throw refused('config.context_length', 'must have its default: ACE-Step uses the whole song')
  }
}
