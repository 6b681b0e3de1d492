import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { sampleFiles } from '../../assets/sample-files.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { replaceFiles } from '../../catalog/media.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { FILE_SCHEME, type InputFile, type Job, type Result } from '../provider.ts'
import { aJob, aSignal } from './provider.testing.ts'

const STORED = '01234567-89ab-4cde-8f01-23456789ab10'

/** A file that an input names, as a job reads it: by the end of its name a sound or a video, else a picture. */
export async function sampleInput(reference: string): Promise<InputFile> {
  const [mediaType, name] = /\.(?:mp3|wav)$/.test(reference)
    ? (['audio/mpeg', 'sound.mp3'] as const)
    : /\.mp4$/.test(reference)
      ? (['video/mp4', 'video.mp4'] as const)
      : (['image/png', 'picture.png'] as const)
  return { bytes: (await sampleFiles[mediaType]?.()) ?? new Uint8Array(), mediaType, name }
}

/** A job whose files can be read. */
export function aReadableJob(operation: string, input?: JsonObject, given: Partial<Job> = {}): Job {
  return aJob(operation, input, { file: sampleInput, ...given })
}

/** The same with its files stored by us, at no address that a vendor could reach. */
export function aStoredJob(operation: string, input?: JsonObject, given: Partial<Job> = {}): Job {
  const job = aReadableJob(operation, input, { urlOf: () => undefined, ...given })
  const { input: schema } = getOperation(operation)
  const stored = replaceFiles(
    schema,
    job.input,
    ({ value }) => `asset:${STORED}${/\.[a-z0-9]+$/.exec(value)?.[0] ?? ''}`,
  )
  return { ...job, input: stored }
}

/** Fails unless the output has the shape that its operation states, and brings each file that it refers to. */
export async function expectResult(operation: string, result: Result): Promise<Uint8Array[]> {
  const { output: schema } = getOperation(operation)
  expect(Value.Check(schema, result.output), JSON.stringify(result.output)).toBe(true)
  expect(referencesIn(result.output).toSorted()).toEqual(result.files.map(({ key }) => key).toSorted())
  return Promise.all(
    result.files.map(async ({ content }) => {
      if (content instanceof Uint8Array) return content
      if ('read' in content) return content.read(aSignal())
      const answer = await fetch(content.url)
      if (!answer.ok) throw new Error(`${content.url} answered ${answer.status}.`)
      return new Uint8Array(await answer.arrayBuffer())
    }),
  )
}

function referencesIn(value: Json): string[] {
  if (typeof value === 'string') return value.startsWith(FILE_SCHEME) ? [value.slice(FILE_SCHEME.length)] : []
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(referencesIn)
}
