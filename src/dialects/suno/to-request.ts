import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import type { RequestWriter } from '../kit/written-requests.ts'
import { toTask, uploadTask } from './to-task.ts'

const ACTIONS: Readonly<Record<string, string>> = {
  [sunoMusic.id]: 'music',
  [sunoLyrics.id]: 'lyrics',
  [sunoConcat.id]: 'concat',
}

export const requestsFor: RequestWriter = ({ id }, body) => {
  const later = { id: 'data', read: '/suno/fetch/{id}?wait=60' }
  if (id === sunoUpload.id) return [{ path: '/suno/uploads/audio-url', body, later, read: () => uploadTask(body) }]
  const action = ACTIONS[id]
  return action ? [{ path: `/suno/submit/${action}`, body, later, read: () => toTask(action, body) }] : []
}
