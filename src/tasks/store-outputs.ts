import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { measure } from '../assets/measure.ts'
import { type Asset, assetReference } from '../core/asset.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Task } from '../core/task.ts'
import { inStep, type Tracer } from '../core/tracer.ts'
import { FILE_SCHEME, type ProducedFile, type Result } from '../providers/provider.ts'
import { withMeasures } from './measured.ts'

export interface OutputParts {
  assets: Assets
  egress: Egress
  clock: Clock
  log: Logger
  tracer?: Pick<Tracer, 'step'> | undefined
  /** How long outputs are kept. */
  mediaDays: number
  maxOutputBytes: number
}

/** A result whose files are in our storage, and the output that refers to them there. */
export interface StoredResult {
  files: Asset[]
  output: Json
}

type Measures = Awaited<ReturnType<typeof measure>>

/** A file that was stored, and its bytes while they are at hand. */
interface StoredFile {
  asset: Asset
  body: Uint8Array
}

const FIRST_RETRY_MS = SECOND_MS
const LAST_RETRY_MS = 30 * SECOND_MS
/** How long a host may answer that it has no such file: what serves a vendor's files lags behind the vendor's word. */
const MISSING_MS = 30 * SECOND_MS

/** Copies all files of a result to our storage, or none of them. */
export async function storeOutputs(
  parts: OutputParts,
  task: Task,
  result: Result,
  signal: AbortSignal,
): Promise<StoredResult> {
  const files: Asset[] = []
  try {
    const references = new Map<string, string>()
    const measures = new Map<string, Measures>()
    for (const file of result.files) {
      const { asset, body } = await inStep(parts.tracer, 'store file', task, () =>
        storeWithRetry(parts, task, file, signal),
      )
      files.push(asset)
      const reference = assetReference(asset)
      references.set(`${FILE_SCHEME}${file.key}`, reference)
      if (result.measure === true) measures.set(reference, await measure(body, asset.mediaType))
    }
    return { files, output: withMeasures(withReferences(result.output, references), measures) }
  } catch (error) {
    await parts.assets.deleteUnrecorded(files)
    throw error
  }
}

/** Waits out a full disk, or a vendor's storage that fails for a while, until the task's time is over. */
async function storeWithRetry(
  parts: OutputParts,
  task: Task,
  file: ProducedFile,
  signal: AbortSignal,
): Promise<StoredFile> {
  const { clock, log } = parts
  const begunAt = clock.now()
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
    try {
      return await store(parts, task, file, signal)
    } catch (error) {
      const isMissing = error instanceof MissingFile
      const mayRetry = isMissing || (error instanceof PolyphonyError && error.retry === 'again')
      const until = Math.min(storeUntil(task), isMissing ? begunAt + MISSING_MS : Number.POSITIVE_INFINITY)
      if (!mayRetry || signal.aborted || clock.now() + waitMs > until) throw error
      const about = { taskId: task.id, file: file.key, code: error.code, err: error, waitMs }
      log.warn(about, 'an output could not be stored; trying again')
      await pause(waitMs, signal)
    }
  }
}

async function store(parts: OutputParts, task: Task, file: ProducedFile, signal: AbortSignal): Promise<StoredFile> {
  const body = await bytesOf(parts, file.content, signal)
  const asset = await parts.assets.write({
    tenantId: task.tenantId,
    taskId: task.id,
    kind: 'output',
    body,
    ...(file.mediaType === undefined ? {} : { mediaType: file.mediaType }),
    expiresAt: parts.clock.now() + Math.round(parts.mediaDays * DAY_MS),
  })
  return { asset, body }
}

/** The host of a file that the vendor named does not give it out. */
class MissingFile extends PolyphonyError {
  constructor(cause: PolyphonyError) {
    super('output_unusable', `The provider's file cannot be read: ${cause.message}`, { cause })
  }
}

/** Codes of an answer that refuses a file, as to a caller's URL or to a request for work: here, it is the provider's own file. */
const REFUSED_FILE: ReadonlySet<ErrorCode> = new Set([
  'unsupported_media',
  'vendor_refused',
  'account_refused',
  'not_found',
])

async function bytesOf(parts: OutputParts, content: ProducedFile['content'], signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readBytes(parts, content, signal)
  } catch (error) {
    throw error instanceof PolyphonyError && REFUSED_FILE.has(error.code) ? new MissingFile(error) : error
  }
}

async function readBytes(
  { egress, maxOutputBytes: maxBytes }: OutputParts,
  content: ProducedFile['content'],
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content
  if ('url' in content) return egress.download(content.url, { maxBytes, signal })
  const body = await content.read(signal)
  if (body.byteLength <= maxBytes) return body
  throw new PolyphonyError('payload_too_large', `An output has ${body.byteLength} bytes; ${maxBytes} may be kept.`)
}

/** A late result has as long as its check takes. */
function storeUntil(task: Task): number {
  return task.endedAt === null ? task.deadlineAt : Number.POSITIVE_INFINITY
}

/** Puts the references of stored files where the provider wrote `file:KEY`. */
function withReferences(value: Json, references: Map<string, string>): Json {
  if (typeof value === 'string') {
    if (!value.startsWith(FILE_SCHEME)) return value
    const reference = references.get(value)
    if (reference === undefined) {
      throw new PolyphonyError('output_unusable', `The provider's result refers to ${value} and brings no such file.`)
    }
    return reference
  }
  if (Array.isArray(value)) return value.map((one) => withReferences(one, references))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withReferences(inner, references)]))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
