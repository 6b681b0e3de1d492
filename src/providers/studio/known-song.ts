import type { Clip } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { type Gives, type KnownSong, type Studio, StudioRefusal } from '../../engines/studio/studio.ts'

/** A clip as it is stored: with what the studio needs to know of it later. */
export type StoredClip = Clip & { [name: string]: Json }

/** What a clip is stored with, so that its song can be played again: apart, longer, or as something else. */
export function rememberedAs({ recipe, digest }: KnownSong): { recipe: Json; digest: Json } {
  return { recipe: recipe as unknown as Json, digest: digest ?? null } // requests are plain JSON
}

/** The song of a clip. Undefined for a recording, and for a clip that was made before songs were remembered. */
export function songOf(clip: StoredClip): KnownSong | undefined {
  if (!Array.isArray(clip.recipe) || !clip.recipe.every(isJsonObject)) return undefined
  const recipe = clip.recipe as unknown as KnownSong['recipe'] // as `rememberedAs` wrote it
  return typeof clip.digest === 'string' ? { recipe, digest: clip.digest } : { recipe }
}

/** Tune, chords, form and words of a clip as they were composed. Undefined where they can only be heard in it. */
export async function sheetOfClip(
  studio: Studio,
  clip: StoredClip,
  signal: AbortSignal,
): Promise<Gives<'songSheet'> | undefined> {
  const song = clip.stem === undefined ? songOf(clip) : undefined
  if (!song) return undefined
  try {
    return await studio.perform('songSheet', song, { signal })
  } catch (error) {
    if (error instanceof StudioRefusal) return undefined
    throw error
  }
}

/** The same as `songOf`; throws `no_provider` where the studio knows no more than anybody who hears the clip. */
export function mustKnowSong(clip: StoredClip, does: string): KnownSong {
  const song = songOf(clip)
  if (song) return song
  const why = isJsonObject(clip.identity) ? 'it was made by a version that did not remember songs' : 'it is a recording'
  throw new PolyphonyError('no_provider', `The studio ${does} of songs that it can play again; ${why}.`)
}
