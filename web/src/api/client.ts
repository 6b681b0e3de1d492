import type { AuthRoutes } from './auth-routes.ts'
import type { Routes } from './routes.ts'

/** A refusal of the gateway: what is wrong, which field, and what to do. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** As the request named it, such as `input.prompt`. */
  readonly field: string | undefined

  constructor(status: number, code: string, message: string, field?: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.field = field
  }
}

type All = Routes & AuthRoutes
export type Route = keyof All
/** What a route answers, out of its envelope. */
export type Answer<R extends Route> = All[R]['answer'] extends { code: number; data: infer Data }
  ? Data
  : All[R]['answer']

export interface Sending<R extends Route> {
  path?: All[R]['path']
  query?: All[R]['query']
  body?: All[R]['body']
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** A request of a page that is being left is sent to its end. */
let isLeaving = false
addEventListener('pagehide', () => {
  isLeaving = true
})
addEventListener('pageshow', () => {
  isLeaving = false
})

/** Calls a route, such as `GET /api/v1/keys`. Throws `ApiError`. */
export async function call<R extends Route>(route: R, sending: Sending<R> = {}): Promise<Answer<R>> {
  const [method = 'GET', template = '/'] = route.split(' ')
  const { body, headers, signal } = sending
  const response = await reach(addressOf(template, sending), {
    method,
    headers: {
      accept: 'application/json',
      ...modeHeader(),
      ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    keepalive: isLeaving,
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  const answer: unknown = isJson && text !== '' ? JSON.parse(text) : text
  if (!response.ok) throw errorOf(response, answer)
  return (isEnveloped(answer) ? answer.data : answer) as Answer<R> // as the route is described
}

/** `fetch`, whose error says that no answer came; browsers say so in words of their own, each in another way. */
export async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, 'unreachable', String(error))
  }
}

export function addressOf(template: string, { path = {}, query = {} }: { path?: object; query?: object }): string {
  const values = path as Record<string, string>
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '' && value !== null)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return new URL(filled.slice(1) + (search === '' ? '' : `?${search}`), document.baseURI).href
}

function isEnveloped(answer: unknown): answer is { code: number; data: unknown } {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'data' in answer
}

/** The refusal in an answer that was read as text. */
export function errorIn(response: Response, text: string): ApiError {
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return errorOf(response, isJson && text !== '' ? JSON.parse(text) : text)
}

function errorOf({ status, statusText }: Response, answer: unknown): ApiError {
  const body = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
  const inner = typeof body.error === 'object' && body.error !== null ? (body.error as Record<string, unknown>) : {}
  const code = String(inner.code ?? inner.type ?? body.code ?? status)
  const message = String(inner.message ?? body.message ?? statusText ?? status)
  return new ApiError(status, code, message, typeof inner.field === 'string' ? inner.field : undefined)
}

let mode: 'live' | 'test' = 'live'

/** Test mode: tasks run on the sandbox and cost nothing. It holds for the requests of this page alone. */
export function setMode(next: 'live' | 'test'): void {
  mode = next
}

/** What tells the gateway of the mode. */
export function modeHeader(): Record<string, string> {
  return mode === 'test' ? { 'polyphony-mode': 'test' } : {}
}

/** A file of the gateway as an address of this very host, where one is behind another name. */
export function fileAddress(url: string): string {
  const { pathname, origin } = new URL(url, document.baseURI)
  const at = pathname.indexOf('/files/')
  return at === -1 || origin === location.origin ? url : new URL(pathname.slice(at + 1), document.baseURI).href
}
