import { getOperation } from '../../catalog/catalog.ts'
import { filesIn, replaceFiles } from '../../catalog/media.ts'
import type { JsonObject } from '../../core/json.ts'
import type { InputFile, Job } from '../provider.ts'

/** A file of the input in the form that a vendor takes it in. */

export function dataUri({ bytes, mediaType }: InputFile): string {
  return `data:${mediaType};base64,${base64({ bytes })}`
}

export function base64({ bytes }: Pick<InputFile, 'bytes'>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** For multipart forms. */
export function blobOf({ bytes, mediaType, name }: InputFile): File {
  return new File([Buffer.from(bytes)], name, { type: mediaType })
}

/** A URL if the vendor can reach one, else the file itself in a data URI. */
export async function urlOrData(job: Job, reference: string, signal: AbortSignal): Promise<string> {
  return job.urlOf(reference) ?? dataUri(await job.file(reference, signal))
}

/** The input with every file in the form that `as` gives it. `as` is called once for each file. */
export async function withFiles(
  { operation, input }: Pick<Job, 'operation' | 'input'>,
  as: (reference: string) => Promise<string>,
): Promise<JsonObject> {
  const schema = getOperation(operation).input
  const references = [...new Set(filesIn(schema, input).map(({ value }) => value))]
  const given = new Map(await Promise.all(references.map(async (one) => [one, await as(one)] as const)))
  return replaceFiles(schema, input, ({ value }) => given.get(value) ?? value)
}

/** The input for a vendor that reads URLs and data URIs alike. */
export function withUrls(job: Job, signal: AbortSignal): Promise<JsonObject> {
  return withFiles(job, (reference) => urlOrData(job, reference, signal))
}
