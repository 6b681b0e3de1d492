import { request as httpRequest } from 'node:http'
import type { Json, JsonObject } from '../../src/core/json.ts'

/**
 * Small clients of PiAPI, each with the behaviour of a real one: what counts as success, how long it waits
 * between two reads, which statuses end its waiting, where it reads the result. What no client of that kind checks is
 * not checked here either.
 */

/** Waits between two reads of a task for as long as a test can spare; `ms` is what the client itself would sleep. */
export type Pause = (taskId: string, ms: number) => Promise<void>

export interface ClientOptions {
  url: string
  key: string
  pause: Pause
}

/** A task as these clients read it; none of them reads all of it. */
export interface TaskSeen {
  task_id: string
  status: string
  output: Json
  meta: { usage: { type: string; frozen: number; consume: number } }
  error: { code: number; message: string; raw_message: string }
  logs: Json
}

interface Envelope<Data> {
  code?: number
  message?: string
  error?: { message?: string }
  data?: Data
}

const CREATE = '/api/v1/task'
const read = (taskId: string): string => `${CREATE}/${encodeURIComponent(taskId)}`

/**
 * The official command line. A status other than 2xx or a `code` of 400 and more is a failure, whose text is in
 * `message` or `error.message`. It reads after 1 s, then each time half as long again up to 30 s, for five minutes.
 */
export function commandLine({ url, key, pause }: ClientOptions) {
  async function call<Data>(method: string, path: string, body?: unknown): Promise<Data> {
    const answer = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const envelope = parsed<Envelope<Data>>(text)
    if (!envelope) throw new Error(`HTTP ${answer.status}: ${text.slice(0, 300)}`)
    if (!answer.ok || (envelope.code ?? 0) >= 400) {
      throw new Error(envelope.message ?? envelope.error?.message ?? `HTTP ${answer.status}`)
    }
    return envelope.data as Data // as it trusts it
  }

  async function wait(taskId: string): Promise<{ task: TaskSeen; statuses: string[] }> {
    const statuses: string[] = []
    let delayMs = 1_000
    for (let sleptMs = 0; sleptMs <= 300_000; sleptMs += delayMs, delayMs = Math.min(delayMs * 1.5, 30_000)) {
      const task = await call<TaskSeen>('GET', read(taskId))
      statuses.push(task.status)
      if (['completed', 'failed', 'cancelled'].includes(task.status)) return { task, statuses }
      await pause(taskId, delayMs)
    }
    throw new Error('Task polling timed out.')
  }

  /** What it prints of a finished task: every link in the output, with the way there. */
  async function run(body: JsonObject): Promise<{ task: TaskSeen; links: Link[]; statuses: string[] }> {
    const { task_id: taskId } = await call<TaskSeen>('POST', CREATE, body)
    const { task, statuses } = await wait(taskId)
    if (task.status !== 'completed') throw new Error(task.error.message || task.error.raw_message || 'unknown error')
    return { task, links: linksIn(task.output), statuses }
  }

  return {
    call,
    wait,
    run,
    /** Base64 without a prefix; out comes a URL. */
    upload: async (name: string, bytes: Uint8Array): Promise<string> => {
      const body = { file_name: name, file_data: Buffer.from(bytes).toString('base64') }
      return (await call<{ url: string }>('POST', '/api/ephemeral_resource', body)).url
    },
  }
}

export interface Link {
  path: string
  url: string
}

function linksIn(value: Json, path = ''): Link[] {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? [{ path, url: value }] : []
  if (Array.isArray(value)) return value.flatMap((one, index) => linksIn(one, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => linksIn(one, path === '' ? name : `${path}.${name}`))
}

function parsed<Body>(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body
  } catch {
    return undefined
  }
}

/** The official MCP server: `code` is 200 on create and on every read, and a completed task has an output. */
export function mcpServer({ url, key, pause }: ClientOptions) {
  return {
    async run(body: JsonObject, { attempts = 30, seconds = 60 } = {}): Promise<Json> {
      const made = await json<Envelope<TaskSeen>>(`${url}${CREATE}`, {
        method: 'POST',
        headers: { 'X-API-Key': key, Accept: 'application/json', 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (made.code !== 200 || !made.data) throw new Error(`Task creation failed: ${made.message}`)
      const { task_id: taskId } = made.data
      for (let attempt = 0; attempt < attempts; attempt++) {
        const { code, message, data } = await json<Envelope<TaskSeen>>(url + read(taskId), {
          headers: { 'X-API-Key': key },
        })
        if (code !== 200 || !data) throw new Error(`Status check failed: ${message}`)
        if (data.status === 'completed') {
          if (!data.output) throw new Error('Task completed but no output found')
          return data.output
        }
        if (data.status === 'failed') throw new Error(`Generation failed: ${data.error.message}`)
        await pause(taskId, (seconds * 1_000) / attempts)
      }
      throw new Error(`Generation timed out after ${seconds} seconds`)
    },
  }
}

async function json<Body>(url: string, init: RequestInit): Promise<Body> {
  return (await (await fetch(url, init)).json()) as Body // as these clients trust it
}

/** Where the tools of the MCP server look for their result. Each throws where its tool would. */
export const mcpReaders = {
  /** A Midjourney grid has `image_urls` null and its four pictures among the temporary ones. */
  images(output: Json): string[] {
    const { image_url: one, image_urls: many, temporary_image_urls: temporary } = objectIn(output)
    return nonEmpty([...(one ? [one] : []), ...(Array.isArray(many) ? many : []), ...listOf(temporary)])
  },
  video: (output: Json): string[] => nonEmpty([objectIn(output).video_url]),
  audio: (output: Json): string[] => nonEmpty([objectIn(output).audio_url]),
  kling(output: Json): string[] {
    const { video_url: first, works } = objectIn(output)
    if (!Array.isArray(works)) throw new Error('works must be an array')
    return nonEmpty([first, ...works.map((work) => objectIn(objectIn(work).video).resource_without_watermark)])
  },
  luma(output: Json): string[] {
    const sized = ['video_raw', 'last_frame'].map((name) => objectIn(objectIn(output)[name]))
    for (const { width, height } of sized) {
      if (!(Number(width) > 0 && Number(height) > 0)) throw new Error('width and height must be numbers')
    }
    return nonEmpty(sized.map(({ url }) => url))
  },
  trellis(output: Json): string[] {
    const { no_background_image: picture, combined_video: video, model_file: model } = objectIn(output)
    return nonEmpty([picture, video, model])
  },
  /** It declares a JavaScript Map, which no JSON is, and so rejects every answer that there can be. */
  suno(output: Json): string[] {
    const { clips } = objectIn(output)
    if (!((clips as unknown) instanceof Map)) throw new Error('Invalid suno music output format')
    return []
  },
  /** Likewise, with the declaration that was meant. */
  sunoMended(output: Json): string[] {
    const clips = Object.values(objectIn(objectIn(output).clips)).map(objectIn)
    return nonEmpty(clips.flatMap(({ audio_url: audio, image_url: image }) => [audio, image]))
  },
} satisfies Record<string, (output: Json) => string[]>

function objectIn(value: Json | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('must be an object')
  return value
}

function listOf(value: Json | undefined): Json[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw new Error('must be an array')
  return value
}

function nonEmpty(found: (Json | undefined)[]): string[] {
  const urls = found.filter((one): one is string => typeof one === 'string' && one !== '')
  if (urls.length === 0 || urls.length < found.length) throw new Error(`no URL in ${JSON.stringify(found)}`)
  return urls
}

/** The n8n nodes: an HTTP error throws, `code` is 200 on create, a read every 3 s, twenty times. */
export function n8nNode({ url, key, pause }: ClientOptions) {
  async function call(path: string, init: RequestInit = {}): Promise<Envelope<TaskSeen>> {
    const answer = await fetch(url + path, {
      ...init,
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
    })
    const body = (await answer.json()) as Envelope<TaskSeen> // as it trusts it
    if (!answer.ok) throw new Error(`${answer.status} - ${body.message}`)
    return body
  }
  return {
    async run(body: JsonObject): Promise<TaskSeen> {
      const { code, message, data } = await call(CREATE, { method: 'POST', body: JSON.stringify(body) })
      if (code !== 200 || !data) throw new Error(`API Error: ${message}`)
      for (let retries = 0; retries < 20; retries++) {
        const { data: task } = await call(read(data.task_id))
        if (task?.status === 'success' || task?.status === 'completed') return task
        if (task?.status === 'failed') throw new Error(`Task failed: ${JSON.stringify(task.error)}`)
        await pause(data.task_id, 3_000)
      }
      throw new Error('Task timed out after 20 retries')
    },
  }
}

/** A script that trusts no spelling: data with or without an envelope, status words in any case, a read every 2 s. */
export function wideReader({ url, key, pause }: ClientOptions) {
  const ENDS = ['completed', 'complete', 'success', 'succeeded', 'failed', 'failure', 'error', 'canceled', 'cancelled']
  return {
    async run(body: JsonObject): Promise<{ status: string; at: string }> {
      const headers = { 'x-api-key': key, 'Content-Type': 'application/json' }
      const made = await json<JsonObject>(url + CREATE, { method: 'POST', headers, body: JSON.stringify(body) })
      const created = objectIn(made.data ?? made)
      const taskId = String(created.task_id ?? created.id)
      for (let turn = 0; turn < 900; turn++) {
        const answer = await json<JsonObject>(url + read(taskId), { headers: { 'x-api-key': key } })
        const status = String(objectIn(answer.data ?? answer).status)
          .trim()
          .toLowerCase()
        if (ENDS.includes(status)) return { status, at: taskId }
        await pause(taskId, 2_000)
      }
      throw new Error('timed out waiting for terminal status')
    },
  }
}

/** What a connector makes of a page of the history: the inner `data`, each row's names in camel case. */
export function connectorRows(body: unknown): { page: number; size: number; total: number; rows: JsonObject[] } {
  const { data, page, size, total } = objectIn(objectIn(body as Json).data)
  const rows = listOf(data).map((row) =>
    Object.fromEntries(
      Object.entries(objectIn(row)).map(([name, value]) => [
        name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
        value,
      ]),
    ),
  )
  return { page: Number(page), size: Number(size), total: Number(total), rows }
}

/** What is new to a receiver of webhooks that may come twice, by task and status. */
export function newsIn(bodies: readonly string[]): { taskId: string; status: string }[] {
  const seen = new Map<string, { taskId: string; status: string }>()
  for (const body of bodies) {
    const { data } = JSON.parse(body) as { data: TaskSeen }
    const key = `${data.task_id} ${data.status}`
    if (!seen.has(key)) seen.set(key, { taskId: data.task_id, status: data.status })
  }
  return [...seen.values()]
}

/** One request whose headers travel in the case in which they are written; `fetch` would lower it. */
export function spelt(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
): Promise<{ status: number; body: Envelope<Json> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Envelope<Json> }>()
  const text = body === undefined ? undefined : JSON.stringify(body)
  const request = httpRequest(
    url,
    { method, headers: { ...headers, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) } },
    (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) })
      })
    },
  )
  request.on('error', reject)
  request.end(text)
  return promise
}
