import { type ImageModelV4, InvalidArgumentError, NoSuchModelError, type SharedV4Warning } from '@ai-sdk/provider'
import type { Client, Completed, OperationId, Outputs } from '@polyphony/client'
import { choose, type OperationRow, rowsFor, type Settings } from './fill-input.ts'
import { OPERATIONS } from './operations.ts'

/** A file of a call: bytes, base64 or a URL. */
type SentFile = { type: 'file'; mediaType: string; data: string | Uint8Array } | { type: 'url'; url: string }

type ImageOptions = Parameters<ImageModelV4['doGenerate']>[0]

/** One task for a call of the AI SDK. */
export interface MediaCall {
  modelId: string
  kind: OperationRow['kind']
  settings: Settings
  providerOptions: ImageOptions['providerOptions'] | undefined
  signal: AbortSignal | undefined
}

export interface MediaResult<Output> {
  task: Completed<Output>
  warnings: SharedV4Warning[]
}

/** The rows that a name means. Throws `NoSuchModelError`. */
export function rowsOf(modelId: string, kind: OperationRow['kind']): OperationRow[] {
  const rows = rowsFor(OPERATIONS, kind, modelId)
  if (rows.length > 0) return rows
  throw new NoSuchModelError({ modelId, modelType: kind === 'pictures' ? 'imageModel' : 'videoModel' })
}

/** Submits the operation that a call is for, and waits for it. `providerOptions.polyphony` holds further fields. */
export async function make<Kind extends 'pictures' | 'videos'>(
  client: Client,
  { modelId, kind, settings, providerOptions, signal }: MediaCall & { kind: Kind },
): Promise<MediaResult<Outputs[Kind]>> {
  const more = providerOptions?.polyphony ?? {}
  const chosen = choose(rowsOf(modelId, kind), settings, more)
  if ('lacks' in chosen) {
    const message = `${modelId} needs ${chosen.lacks.join(', ')}: set it in providerOptions.polyphony.`
    throw new InvalidArgumentError({ argument: 'providerOptions.polyphony', message })
  }
  const { row, filled } = chosen
  const input = { ...filled.input, ...more } as never // the gateway checks it
  const task = await client.run(row.id as OperationId, input, signal ? { signal } : {})
  const warnings = filled.unsupported.map(
    (feature): SharedV4Warning => ({ type: 'unsupported', feature, details: `${row.id} has no field for this value.` }),
  )
  return { task: task as unknown as Completed<Outputs[Kind]>, warnings } // the operation is of this kind
}

/** The URL of a sent file: its own, or that of an upload. */
export async function urlOf(client: Client, file: SentFile | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  if (file.type === 'url') return file.url
  const { url } = await client.upload(new Blob([bytesOf(file.data)], { type: file.mediaType }))
  return url
}

export async function urlsOf(client: Client, files: readonly SentFile[]): Promise<string[]> {
  const urls = await Promise.all(files.map((file) => urlOf(client, file)))
  return urls.filter((url) => url !== undefined)
}

function bytesOf(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof data !== 'string') return new Uint8Array(data)
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
}

/** The bytes of a file of a result. */
export async function downloaded(client: Client, url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const response = await client.download(url, signal ? { signal } : {})
  return new Uint8Array(await response.arrayBuffer())
}

export function taskMetadata({ id, operation, consumed_points: points }: Completed): Record<string, string | number> {
  return { taskId: id, operation, consumedPoints: points ?? 0 }
}
