import { udioMusic } from '../../catalog/udio.ts'
import { bodyOfInput, type RequestWriter } from '../kit/written-requests.ts'
import { musicTask } from './to-task.ts'

export const requestsFor: RequestWriter = ({ id }, input) => {
  if (id !== udioMusic.id) return []
  // `prompt` is the idea here, and the lyrics have a field of their own.
  const { prompt: lyrics, gpt_description_prompt: prompt, continue_song_id: song, ...others } = input
  const body = {
    gen_params: {
      ...(prompt === undefined ? {} : { prompt }),
      ...(lyrics === undefined ? {} : { lyrics }),
      ...bodyOfInput(others, { negative_tags: 'negative_prompt' }),
      ...(song === undefined
        ? {}
        : { config: { mode: 'continuation', source: { source_type: 'song', song_id: song } } }),
    },
  }
  const later = { id: 'data', read: '/udio/fetch/{id}?wait=60' }
  return [{ path: '/udio/submit/music', body, later, read: () => musicTask(body) }]
}
