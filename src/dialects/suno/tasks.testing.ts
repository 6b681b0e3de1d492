import type { Clip } from '../../catalog/outputs.ts'
import { sunoLyrics, sunoMusic } from '../../catalog/suno.ts'
import { itemId } from '../../core/ids.ts'
import { isJsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import type { Task, TaskError } from '../../core/task.ts'
import { urlsAt } from '../kit/urls.ts'

/** Tasks in every state, as the store gives them, and how an answer is held against an example. */

export const ID = '01234567-89ab-4cde-8f01-23456789ab00'
export const urls = urlsAt(() => 'https://gateway.example')

/** What a provider delivers for a song. */
export function aSong(taskId: string): { clips: Clip[] } {
  return { clips: [aClip(itemId(taskId, 1)), { ...aClip(itemId(taskId, 2)), durationSeconds: 201 }] }
}

export function aClip(id: string): Clip {
  return {
    id,
    title: 'City Lights',
    tags: 'emotional punk',
    prompt: '[Verse]\nWalking down the streets',
    gptDescriptionPrompt: null,
    mv: 'chirp-v4',
    type: 'gen',
    durationSeconds: 219.5,
    audio: `asset:audio-${id}.mp3`,
    image: `asset:cover-${id}.jpg`,
    imageLarge: `asset:cover-large-${id}.jpg`,
    continueClipId: null,
    continueAt: null,
  }
}

export function song(status: Task['status']): Task {
  const input = {
    prompt: '[Verse]\nWalking',
    title: 'City Lights',
    tags: 'punk',
    mv: 'chirp-v4',
    make_instrumental: false,
  }
  return aTask({ operation: sunoMusic.id, input, status, output: status === 'completed' ? aSong(ID) : null })
}

export function lyrics(status: Task['status']): Task {
  const output = { lyrics: [{ text: 'The fog comes in', title: 'Fog', tags: ['folk'] }] }
  const input = { prompt: 'fog' }
  return aTask({ operation: sunoLyrics.id, input, status, output: status === 'completed' ? output : null })
}

export function aTask(given: Partial<Task>): Task {
  const times = { createdAt: 1_733_717_567_000, startedAt: 1_733_717_568_000, endedAt: 1_733_717_767_000 }
  const error: TaskError | null = given.status === 'failed' ? { code: 'vendor_refused', message: 'too quiet' } : null
  return sampleTask(times, { id: ID, operation: sunoMusic.id, model: 'suno', taskType: 'music', error, ...given })
}

/** Where an answer lacks a name of the example, or has another JSON type there. Names beyond the example are fine. */
export function differences(example: unknown, answer: unknown, at = '$'): string[] {
  if (typeOf(example) !== typeOf(answer)) return [`${at}: ${typeOf(answer)} in place of ${typeOf(example)}`]
  if (Array.isArray(example) && Array.isArray(answer)) {
    return example.flatMap((one, index) => differences(one, answer[index], `${at}[${index}]`))
  }
  if (!isJsonObject(example) || !isJsonObject(answer)) return []
  return Object.keys(example).flatMap((name) => differences(example[name], answer[name], `${at}.${name}`))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
