import { Type } from 'typebox'
import type { Clip, Output } from '../../../catalog/outputs.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { Urls } from '../../kit/urls.ts'
import { closed, lyricsPairs, url } from './common.ts'
import type { Form } from './form.ts'

/** Udio at PiAPI. Of a song only `song_path` is documented; the other keys are those of Udio's own. */

function songOf(clip: Clip, at: Urls): JsonObject {
  return {
    id: clip.id,
    title: clip.title,
    song_path: at.file(clip.audio),
    image_path: at.file(clip.imageLarge || clip.image),
    lyrics: clip.prompt,
    prompt: clip.gptDescriptionPrompt ?? '',
    tags: tagsOf(clip.tags),
    duration: clip.durationSeconds,
    finished: true,
  }
}

/** Udio has an array where the catalogue has text with commas. */
function tagsOf(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

export const udioSongs: Form = {
  serviceMode: 'public',
  output(task, at) {
    const { clips } = task.output as Output['clips'] // stored in the catalogue's shape
    return { songs: clips.map((clip) => songOf(clip, at)) }
  },
  schema: closed({
    songs: Type.Array(
      closed({
        id: Type.String(),
        title: Type.String(),
        song_path: url,
        image_path: url,
        lyrics: Type.String(),
        prompt: Type.String(),
        tags: Type.Array(Type.String()),
        duration: Type.Number(),
        finished: Type.Boolean(),
      }),
    ),
  }),
}

export const udioLyrics: Form = { ...lyricsPairs, serviceMode: 'public' }
