import { pathFieldsOf, type Verb } from '../admin/verb.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { noAnswer, RemoteError } from './remote-error.ts'

/** No server accepted the connection, so the verb did not run. */
export class NoServerError extends RemoteError {
  override name = 'NoServerError'
}

/** Runs a verb at a server, by its route. Throws the error that the server answers. */
export async function remoteCall(
  { url, key }: { url: string; key: string },
  verb: Verb,
  input: JsonObject,
): Promise<unknown> {
  const { address, body } = requestOf(url, verb, input)
  requireSendable(key)
  const response = await send(address, {
    method: verb.method,
    headers: {
      'x-api-key': key,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'error', // the key is for this address
  })
  const answer = await jsonOf(response, address)
  if (response.ok && 'data' in answer) return answer.data
  throw errorOf(answer, response.status, address)
}

function requestOf(url: string, verb: Verb, input: JsonObject): { address: URL; body: JsonObject | undefined } {
  const inPath = pathFieldsOf(verb)
  const path = inPath.reduce(
    (text, name) => text.replace(`:${name}`, () => encodeURIComponent(String(input[name]))),
    verb.path as string,
  )
  const rest = Object.entries(input).filter(([name]) => !inPath.includes(name))
  const address = addressOf(url, `/api/admin${path}`)
  if (verb.method !== 'GET') {
    const fields = Object.keys(verb.input.properties).length - inPath.length
    return { address, body: verb.hasOpenBody || fields > 0 ? Object.fromEntries(rest) : undefined }
  }
  for (const [name, value] of rest)
    address.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value))
  return { address, body: undefined }
}

/** A path at a server. Throws `invalid_input` for what is no address. */
export function addressOf(url: string, path: string): URL {
  const base = url.endsWith('/') ? url.slice(0, -1) : url
  if (/^https?:\/\//.test(base) && URL.canParse(base + path)) return new URL(base + path)
  throw new PolyphonyError('invalid_input', `--url must be an address such as https://gateway.example, not "${url}".`)
}

/** A key with a line end or letters of another alphabet cannot be in a header. Throws `unauthorized`. */
function requireSendable(key: string): void {
  if (/^[\x21-\x7e]+$/.test(key) && !/^(["']).*\1$/.test(key)) return
  throw new PolyphonyError(
    'unauthorized',
    'The key has spaces, line ends, quotes around it or characters that no key has: copy it again.',
  )
}

async function send(address: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (isRefused(cause)) throw new NoServerError(`No server answers at ${address.origin}.`, { cause })
    throw noAnswer(address.origin, cause)
  }
}

function isRefused(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.every(isRefused)
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

async function jsonOf(response: Response, address: URL): Promise<JsonObject> {
  const text = await response.text()
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Not JSON: the same as JSON of another form.
  }
  throw new RemoteError(
    `${address.origin} answered ${response.status}, and not as Polyphony does: is it the right address?`,
  )
}

function errorOf(answer: JsonObject, status: number, address: URL): Error {
  const { error, message } = answer
  const type = isJsonObject(error) ? error.type : undefined
  if (typeof message !== 'string') return new Error(`${address.origin} answered ${status} without a message.`)
  if (typeof type !== 'string' || !isErrorCode(type)) return new Error(`${message} (${status} at ${address.origin})`)
  const { field } = error as JsonObject // it has a type
  return new PolyphonyError(type, message, typeof field === 'string' ? { field } : {})
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
