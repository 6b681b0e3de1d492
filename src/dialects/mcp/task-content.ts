import { type MemoryBudget, openBudget } from '../../assets/memory-budget.ts'
import { previewOf } from '../../assets/preview.ts'
import { ASSET_SCHEME, type Asset } from '../../core/asset.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import { fromTask } from '../polyphony/from-task.ts'
import { type Content, jsonResult, type Run, type ToolResult } from './tool.ts'

/** What a model reads of a task: files as links, and small ones beside them as what they are. */

/** Of the bytes of one result that are sent as they are; clients refuse results of a megabyte. */
const INLINE_BYTES = 512 * 1_024
/** A sound that is sent as it is. */
const SOUND_BYTES = 256 * 1_024
/** A picture of which a preview is made. */
const PICTURE_BYTES = 16 * 2 ** 20

/** How long a picture from elsewhere may take: its server may send it byte by byte. */
const DOWNLOAD_MS = 20 * SECOND_MS

/** Files that are read whole, to be sent in results: in all, and for each key. */
const LIMITS = { totalBytes: 4 * PICTURE_BYTES, shareBytes: 2 * PICTURE_BYTES }
const budget = openBudget(LIMITS)
/** Of their own, so that slow servers keep no file of this gateway waiting. */
const foreignBudget = openBudget(LIMITS)

/** A task as our own protocol has it, with its files. */
export async function taskResult(task: Task, run: Run): Promise<ToolResult> {
  const { urls } = run.context
  const body = fromTask(task, urls) as unknown as JsonObject // it is what the routes send as JSON
  const note = noteOn(task)
  const result = jsonResult(note === undefined ? body : { ...body, note }, await filesOf(task, run))
  return task.status === 'failed' ? { ...result, isError: true } : result
}

function noteOn({ status, id }: Task): string | undefined {
  return isTerminal(status) ? undefined : `The task is not done: call the tool wait with task_id "${id}".`
}

/** Links to the files of a task's output, and what is small enough as it is. */
export async function filesOf(task: Task, run: Run): Promise<Content[]> {
  const { assets, urls } = run.context
  const content: Content[] = []
  let room = INLINE_BYTES
  for (const { name, reference } of referencesIn(task.output)) {
    const asset = await assets.find(idOf(reference))
    const about = asset ? { mimeType: asset.mediaType, size: asset.sizeBytes } : {} // its time may be over
    content.push({ type: 'resource_link', uri: urls.file(reference), name, ...about })
    const inline = asset && (await inlineOf(asset, reference, run))
    if (!inline || inline.data.length > room) continue
    room -= inline.data.length
    content.push(inline)
  }
  return content
}

type Inline = Extract<Content, { data: string }>

async function inlineOf(asset: Asset, reference: string, run: Run): Promise<Inline | undefined> {
  const { mediaType, sizeBytes } = asset
  const read = () => run.context.assets.read(reference)
  if (mediaType.startsWith('audio/') && sizeBytes <= SOUND_BYTES) {
    return ifRoom(sizeBytes, run, async () => ({ type: 'audio', data: base64(await read()), mimeType: mediaType }))
  }
  if (!mediaType.startsWith('image/') || sizeBytes > PICTURE_BYTES) return undefined
  return ifRoom(sizeBytes, run, async () => pictureContent(await read()))
}

/** Does work that keeps a file in memory, if there is room for it now: without it, the link to the file is there. */
async function ifRoom<Done>(bytes: number, { caller }: Run, work: () => Promise<Done>): Promise<Done | undefined> {
  const hold = budget.open(caller.keyId)
  try {
    return hold.growNow(bytes) ? await work() : undefined
  } finally {
    hold.close()
  }
}

/** Does work that keeps a picture in memory, once there is room for it. Throws the reason of a call that ends meanwhile. */
async function withRoom<Done>(of: MemoryBudget, { caller, signal }: Run, work: () => Promise<Done>): Promise<Done> {
  const hold = of.open(caller.keyId)
  try {
    await hold.grow(PICTURE_BYTES, signal)
    return await work()
  } finally {
    hold.close()
  }
}

/** A picture as a model is shown it; undefined for bytes that cannot be shown. */
async function pictureContent(body: Uint8Array): Promise<Inline | undefined> {
  try {
    const preview = await previewOf(body)
    return { type: 'image', data: base64(preview.body), mimeType: preview.mediaType }
  } catch {
    return undefined // the link is there, and whether a program can read it is for that one to say
  }
}

/** A picture by its URL, of this gateway or elsewhere; undefined for a file that is none. Throws what a download throws. */
export function pictureAt(url: string, run: Run): Promise<Content | undefined> {
  const reference = run.context.urls.reference(url)
  if (reference === undefined) {
    return withRoom(foreignBudget, run, async () => pictureContent(await downloaded(url, run)))
  }
  return withRoom(budget, run, async () => pictureContent(await storedAt(url, reference, run)))
}

async function downloaded(url: string, { context, signal }: Run): Promise<Uint8Array> {
  const inTime = AbortSignal.timeout(DOWNLOAD_MS)
  try {
    return await context.download(url, { maxBytes: PICTURE_BYTES, signal: AbortSignal.any([signal, inTime]) })
  } catch (error) {
    if (!inTime.aborted || signal.aborted) throw error
    throw new PolyphonyError('vendor_unreachable', `The picture did not come within ${DOWNLOAD_MS / SECOND_MS} s.`, {
      cause: error,
    })
  }
}

async function storedAt(url: string, reference: string, { context }: Run): Promise<Uint8Array> {
  const asset = await context.assets.find(idOf(reference))
  if (!asset) throw new PolyphonyError('not_found', `No file ${url}.`, { field: 'url' })
  return context.assets.read(reference)
}

export function idOf(reference: string): string {
  return reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''
}

function base64(body: Uint8Array): string {
  return Buffer.from(body).toString('base64')
}

/** Every file that an output names, once, with the place where it is: `pictures[0].file`. */
export function referencesIn(output: Json): { name: string; reference: string }[] {
  const found = new Map<string, string>()
  const look = (value: Json, name: string): void => {
    if (typeof value === 'string') {
      if (value.startsWith(ASSET_SCHEME) && !found.has(value)) found.set(value, name)
    } else if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) look(one, `${name}[${index}]`)
    } else if (isJsonObject(value)) {
      for (const [key, one] of Object.entries(value)) look(one, name === '' ? key : `${name}.${key}`)
    }
  }
  look(output, '')
  return [...found].map(([reference, name]) => ({ name, reference }))
}
