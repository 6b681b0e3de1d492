import type { JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { sampleTask } from '../../core/task.testing.ts'
import type { Task, TaskError } from '../../core/task.ts'
import { urlsAt } from '../kit/urls.ts'

/** Tasks in every state, as the store gives them, and how an answer is held against an example. */

export const ID = '01234567-89ab-4cde-8f01-23456789ab00'
export const OTHER = '01234567-89ab-4cde-8f01-23456789cd00'
export const urls = urlsAt(() => 'https://gateway.example')

const picture = (name: string) => ({ file: `asset:${name}.png`, widthPx: 1_024, heightPx: 1_024 })

export const GRID = { pictures: ['1', '2', '3', '4'].map(picture), grid: picture('grid') }
export const SINGLE = { pictures: [picture('one')], grid: null }
export const FOUR_TEXTS = { texts: ['a fox --ar 5:4', 'a red fox', 'a lake', 'ice'] }
export const FIVE_TEXTS = { texts: ['a fox', 'fox', 'red fox', 'fox, ice', 'ice'] }
const film = (name: string) => ({
  file: `asset:${name}.mp4`,
  cover: `asset:${name}.jpg`,
  lastFrame: '',
  widthPx: 854,
  heightPx: 480,
  seconds: 5,
})
export const VIDEOS = { videos: [film('1'), film('2')] }

export function aTask(taskType: string, given: Partial<Task> = {}): Task {
  const status = given.status ?? 'completed'
  const times = { createdAt: 1_730_621_826_053, startedAt: 1_730_621_828_024, endedAt: 1_730_621_855_817 }
  const error: TaskError | null = status === 'failed' ? { code: 'vendor_refused', message: 'too wild' } : null
  const own = { dialect: 'midjourney', model: 'midjourney', taskType, pricePoints: points(700_000), error }
  return sampleTask(times, { id: ID, operation: `midjourney/${taskType}`, ...own, status, ...given })
}

export function imagined(input: JsonObject = { prompt: 'pig --v 6.1' }, given: Partial<Task> = {}): Task {
  return aTask('imagine', { input, output: GRID, ...given })
}
