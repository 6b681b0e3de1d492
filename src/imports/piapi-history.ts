import { setTimeout as delay } from 'node:timers/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'

/**
 * The history of a PiAPI account: `GET /api/open/tasks/histories` lists it by pages (`page`, `page_size` of at most 100; rows in
 * `data.data`, their number in `data.total`), and `GET /api/v1/task/ID` has each task whole.
 */

export const PIAPI = 'https://api.piapi.ai'
const PAGE = 100
const MOST_TRIES = 5
const DEFAULT_WAIT_MS = 5 * SECOND_MS
const LONGEST_WAIT_MS = 60 * SECOND_MS
const ANSWER_MS = 60 * SECOND_MS

const Page = Type.Object({
  data: Type.Object({
    data: Type.Union([Type.Array(Type.Object({ task_id: Type.String({ minLength: 1 }) })), Type.Null()]),
    total: Type.Optional(Type.Number()),
  }),
})
const Whole = Type.Object({ data: Type.Object({ task_id: Type.String() }) })

export interface Service {
  key: string
  baseUrl: string
  fetch: typeof globalThis.fetch
}

export interface HistoryLine {
  /** The row of the list, as PiAPI has it. */
  listed: JsonObject
  /** The task; null where PiAPI has it no more. */
  task: JsonObject | null
}

/** Every task of the account, in the order of the list. Throws `account_refused`, `vendor_refused` and `vendor_unreachable`. */
export async function* piapiHistory(service: Service): AsyncGenerator<HistoryLine> {
  const { baseUrl } = service
  const base = baseUrl.replace(/\/$/, '')
  const seen = new Set<string>()
  for (let page = 1; ; page += 1) {
    const answer = await read(`${base}/api/open/tasks/histories?page=${page}&page_size=${PAGE}`, service)
    if (!answer || !Value.Check(Page, answer)) throw strange('its history', answer)
    const rows = answer.data.data ?? []
    for (const listed of rows) {
      // Tasks that are made meanwhile move others to the next page.
      if (seen.has(listed.task_id)) continue
      seen.add(listed.task_id)
      const whole = await read(`${base}/api/v1/task/${encodeURIComponent(listed.task_id)}`, service)
      yield {
        listed: listed as JsonObject,
        task: whole && Value.Check(Whole, whole) ? (whole.data as JsonObject) : null,
      }
    }
    if (rows.length < PAGE) return
  }
}

/** The answer; undefined for what is not there. A limit of requests is waited for. */
async function read(url: string, service: Service): Promise<JsonObject | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(url, service)
    if (response.status === 404 && url.includes('/task/')) return undefined
    const text = await response.text()
    if (response.ok) return jsonIn(text)
    if ((response.status !== 429 && response.status < 500) || attempt === MOST_TRIES)
      throw refusal(response.status, text)
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    await delay(Number.isFinite(seconds) ? Math.min(seconds * SECOND_MS, LONGEST_WAIT_MS) : DEFAULT_WAIT_MS)
  }
}

async function send(url: string, { key, fetch }: Service): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    return await fetch(url, { headers: { 'x-api-key': key, accept: 'application/json' }, redirect: 'error', signal })
  } catch (error) {
    throw new PolyphonyError('vendor_unreachable', `${new URL(url).origin} did not answer.`, { cause: error })
  }
}

function refusal(status: number, text: string): PolyphonyError {
  const { message } = jsonIn(text) ?? {}
  const said = typeof message === 'string' ? message : text.slice(0, 200)
  if (status === 401 || status === 403) return new PolyphonyError('account_refused', `PiAPI refuses the key: ${said}`)
  return new PolyphonyError('vendor_refused', `PiAPI answered ${status}: ${said}`)
}

function strange(what: string, answer: JsonObject | undefined): PolyphonyError {
  return new PolyphonyError(
    'vendor_refused',
    `PiAPI sent ${what} in another form: ${JSON.stringify(answer ?? null).slice(0, 200)}`,
  )
}

function jsonIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // the caller says what was expected
  }
}
