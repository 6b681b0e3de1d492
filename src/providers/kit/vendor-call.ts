import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { Account } from '../provider.ts'
import { isOfProxy, networkError, vendorError, wordsOf } from './vendor-errors.ts'

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Appended to the account's base address; or a whole URL that the vendor named, which must be of the same origin. */
  path: string
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string>
  json?: unknown
  form?: FormData
  signal: AbortSignal
  /** A call that begins work that is paid for. */
  isPaid?: boolean
  /** The answer has files in it, as base64. Any other is refused beyond some MiB. */
  hasFiles?: boolean
  /** The server itself may refuse in plain text, as one without the route. Without this, such an answer is a proxy's. */
  refusesInText?: boolean
  /** The vendor's own reading of an error answer; undefined = by its status. */
  errorOf?(answer: ErrorAnswer): PolyphonyError | undefined
}

export interface ErrorAnswer {
  status: number
  /** The JSON, or the text of what is none. */
  body: Json
  /** The vendor's words in it; '' for none. */
  message: string
}

export interface Answer {
  status: number
  headers: Headers
  body: Json
}

/** No vendor's answer that is not a file is longer, pictures in base64 included. */
const MAX_ANSWER_BYTES = 256 * 2 ** 20

/** One call of a vendor that speaks JSON. Never repeated. Throws what `Provider` lists. */
export async function callVendor(account: Account, call: Call): Promise<Answer> {
  const answer = await send(account, call)
  const text = await bytesOf(answer, call).then((bytes) => Buffer.from(bytes).toString('utf8'))
  const body = jsonIn(text)
  if (answer.ok && body !== undefined) return { status: answer.status, headers: answer.headers, body }
  if (answer.ok && text === '') return { status: answer.status, headers: answer.headers, body: null }
  if (answer.ok) {
    const code = call.isPaid === true ? 'vendor_silent' : 'vendor_unreachable'
    throw new PolyphonyError(code, `The vendor answered ${answer.status} with something other than JSON.`)
  }
  throw errorFor(call, answer, body ?? text)
}

/**
 * A file that needs the account's key, or lies at a private engine. A redirect is followed to where the file lies; the key stays
 * at the account's origin.
 */
export async function fileOfVendor(account: Account, call: Call): Promise<{ bytes: Uint8Array; headers: Headers }> {
  const answer = await send(account, { ...call, hasFiles: true }, 'follow')
  const bytes = await bytesOf(answer, call)
  if (answer.ok) return { bytes, headers: answer.headers }
  const text = Buffer.from(bytes).toString('utf8')
  throw errorFor(call, answer, jsonIn(text) ?? text)
}

async function send(account: Account, call: Call, redirect: 'manual' | 'follow' = 'manual'): Promise<Response> {
  const { method = 'GET', headers = {}, json, form, signal, hasFiles = false } = call
  const body = form ?? (json === undefined ? undefined : JSON.stringify(json))
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
  try {
    return await account.fetch(urlOf(account, call), {
      method,
      headers: { accept: 'application/json', ...type, ...headers },
      signal,
      redirect,
      hasFiles,
      ...(body === undefined ? {} : { body }),
    })
  } catch (thrown) {
    throw networkError(thrown, { isPaid: call.isPaid === true, signal })
  }
}

/** The base address keeps its path: vendors' protocols are served below a prefix by relays. */
export function urlOf(account: Pick<Account, 'settings'>, { path, query = {} }: Pick<Call, 'path' | 'query'>): URL {
  const base = `${(account.settings.baseUrl ?? '').replace(/(?<!\/)\/+$/, '')}/`
  const url = new URL(path.startsWith('/') ? path.slice(1) : path, base)
  // The key is sent to its vendor only, whatever address an answer names.
  if (url.origin !== new URL(base).origin) {
    throw new PolyphonyError('vendor_unreachable', `The vendor named a URL at another host: ${url.host}.`)
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

async function bytesOf(answer: Response, call: Call): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of answer.body ?? []) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > MAX_ANSWER_BYTES)
        throw new PolyphonyError('payload_too_large', "The vendor's response exceeds 256 MiB.")
      chunks.push(chunk)
    }
  } catch (thrown) {
    throw networkError(thrown, { isPaid: call.isPaid === true, signal: call.signal })
  }
  return Buffer.concat(chunks, sizeBytes)
}

function errorFor(call: Call, answer: Response, body: Json): PolyphonyError {
  const { status } = answer
  const isPaid = call.isPaid === true
  if (call.refusesInText !== true && isOfProxy({ status, isPaid, hasObject: isJsonObject(body) })) {
    return new PolyphonyError('vendor_unreachable', `The vendor answered ${status} without a JSON object.`)
  }
  // An HTML page of a proxy is of no use to the caller.
  const message = typeof body === 'string' && body.trimStart().startsWith('<') ? '' : (wordsOf(body) ?? '')
  const retryAfter = answer.headers.get('retry-after') ?? undefined
  return call.errorOf?.({ status, body, message }) ?? vendorError({ status, message, isPaid, retryAfter })
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller decides what that means
  }
}
