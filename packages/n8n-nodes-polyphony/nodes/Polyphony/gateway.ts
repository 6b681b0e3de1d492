import { type IExecuteFunctions, type IHttpRequestOptions, type IWebhookFunctions, sleep } from 'n8n-workflow'

/** Requests to the gateway, by n8n's own HTTP client and the credentials of the node. */

export type Context = IExecuteFunctions | IWebhookFunctions

/** A task as `GET /polyphony/v1/tasks/ID` answers it; instants are milliseconds UTC, 10,000,000 points are 1 USD. */
export interface Task {
  id: string
  operation: string
  status: string
  output: unknown
  error: { code: string; message: string } | null
  [member: string]: unknown
}

interface Answer {
  statusCode: number
  headers: Record<string, string | undefined>
  body: unknown
}

export interface Sending {
  body?: unknown
  headers?: Record<string, string>
  timeout?: number
}

/** What the gateway refused. `code` is one of its list of errors, `field` the field that is wrong. */
export class GatewayError extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | undefined

  constructor(message: string, details: { code: string; status: number; field: string | undefined }) {
    super(message)
    this.code = details.code
    this.status = details.status
    this.field = details.field
  }
}

const RETRIES = 4
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
const TIMEOUT_MS = 120_000

/** Codes after which the same request may be accepted, and what proxies answer while a gateway starts again. */
const FOR_NOW = new Set([
  'rate_limited',
  'too_many_staged',
  'too_many_waiting',
  'overloaded',
  'store_unavailable',
  'vendor_unreachable',
  'account_busy',
  'http_429',
  'http_502',
  'http_503',
  'http_504',
])

/**
 * Sends a request with the key, and again where the gateway refused it for now: a submission has an idempotency key.
 * Throws `GatewayError`, and what n8n throws where there is no answer.
 */
export async function send<Body>(
  context: Context,
  method: 'GET' | 'POST',
  path: string,
  { body, headers = {}, timeout = TIMEOUT_MS }: Sending = {},
): Promise<Body> {
  const { url } = await context.getCredentials('polyphonyApi')
  const options: IHttpRequestOptions = {
    method,
    url: String(url).trim().replace(/\/+$/, '') + path,
    headers: { accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
    json: !(body instanceof Uint8Array),
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    timeout,
    ...signalOf(context),
  }
  for (let tries = 0; ; tries++) {
    const answer = (await context.helpers.httpRequestWithAuthentication.call(
      context,
      'polyphonyApi',
      options,
    )) as Answer // as `returnFullResponse` has it
    const content = jsonOf(answer.body)
    if (answer.statusCode < 300 && content !== undefined) return content as Body
    const error = errorOf(answer, content)
    if (tries >= RETRIES || !FOR_NOW.has(error.code)) throw error
    const afterMs = 1_000 * (Number(answer.headers['retry-after']) || 0)
    await sleep(Math.min(Math.max(afterMs, FIRST_WAIT_MS * 2 ** tries), LONGEST_WAIT_MS))
  }
}

/** The bytes of a file of an output, with its type. Files of a gateway need no key. */
export async function download(context: Context, url: string): Promise<{ bytes: Uint8Array; mediaType: string }> {
  const answer = (await context.helpers.httpRequest({
    method: 'GET',
    url,
    encoding: 'arraybuffer',
    json: false,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    ...signalOf(context),
  })) as Answer // as `returnFullResponse` has it
  if (answer.statusCode >= 300) {
    const message = `The file ${url} was answered with ${answer.statusCode}.`
    throw new GatewayError(message, { code: `http_${answer.statusCode}`, status: answer.statusCode, field: undefined })
  }
  const type = answer.headers['content-type'] ?? 'application/octet-stream'
  return { bytes: answer.body as Uint8Array, mediaType: type.split(';')[0] ?? type } // as `encoding` has it
}

function signalOf(context: Context): Pick<IHttpRequestOptions, 'abortSignal'> {
  const abortSignal = 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal?.() : undefined
  return abortSignal ? { abortSignal } : {}
}

/** The JSON of an answer; undefined if it is none, such as the page of a proxy. */
function jsonOf(body: unknown): unknown {
  if (typeof body !== 'string') return body ?? undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function errorOf({ statusCode: status }: Answer, content: unknown): GatewayError {
  const { error, message: plain } = (content ?? {}) as { error?: Record<string, unknown>; message?: unknown }
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const message =
    text(error?.message) ?? text(plain) ?? `The gateway answered ${status}, and not in JSON: is its URL right?`
  return new GatewayError(message, { code: text(error?.code) ?? `http_${status}`, status, field: text(error?.field) })
}
