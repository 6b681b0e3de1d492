import { type ClientDiscovery, oauthClientMetadataSchema } from '@better-auth/oauth-provider'
import {
  isForbiddenCimdClientMetadataField,
  registerClientMetadataDocument,
} from '@better-auth/oauth-provider/internal'
import { APIError } from 'better-auth/api'
import { LRUCache } from 'lru-cache'
import { type Clock, DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { DOCUMENTS, TEXT_LENGTH } from './oauth-names.ts'
import { registrationIn } from './registration.ts'

/** The draft recommends 5 KB at most. */
const MOST_BYTES = 5 * 1_024
const ANSWER_MS = 5 * SECOND_MS
/** How long a document is used before it is read again, whatever its host says of that. */
const SHORTEST_MS = 5 * MINUTE_MS
const LONGEST_MS = DAY_MS
/** How long a document that could not be used is not asked for again. */
const REFUSED_MS = MINUTE_MS
const CACHED = 1_000

type Metadata = Parameters<typeof registerClientMetadataDocument>[2]['metadata']
type Options = Parameters<typeof registerClientMetadataDocument>[1]
type Context = Parameters<ClientDiscovery['resolve']>[0]
type Client = NonNullable<Awaited<ReturnType<ClientDiscovery['resolve']>>>

/** Reads what is at an address of others, within limits, and only where the gateway may go. */
export type ReadDocument = (
  url: string,
  limits: { timeoutMs: number; maxBytes: number },
) => Promise<{ status: number; body: string; cacheControl: string }>

interface Parts {
  readDocument: ReadDocument
  clock: Pick<Clock, 'now'>
  /** The options of the plugin to which the discovery belongs. */
  options(): Options
  /** After a client was stored. */
  stored(): Promise<void>
}

/** What is known of a document: until when, and why it cannot be used. */
interface Known {
  until: number
  refusal?: string
}

/**
 * Clients that do not register: their id is the address of a document about them, as the specification of MCP wants it since
 * 2025-11-25 (https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document). The document is read by the
 * rules of every address that others named, without redirects, and again when it is old. When its host does not answer, what
 * it said before still holds; when it says something else, that holds.
 */
export function clientDocuments({ readDocument, clock, options, stored }: Parts): ClientDiscovery {
  const known = new LRUCache<string, Known>({ max: CACHED })
  /** What is being read: requests that come meanwhile for the same document wait for it. */
  const reading = new Map<string, Promise<Client>>()

  function refused(clientId: string, why: string): APIError {
    known.set(clientId, { until: clock.now() + REFUSED_MS, refusal: why })
    return invalidClient(why)
  }

  async function read(clientId: string): Promise<{ document: Metadata; keptMs: number } | 'unreachable'> {
    try {
      const { status, body, cacheControl } = await readDocument(clientId, {
        timeoutMs: ANSWER_MS,
        maxBytes: MOST_BYTES,
      })
      if (status >= 500 || status === 429) return 'unreachable'
      if (status !== 200) throw refused(clientId, `The address of client_id answered ${status}.`)
      const document = documentIn(clientId, body)
      if (typeof document === 'string') throw refused(clientId, document)
      return { document, keptMs: keptMs(cacheControl) }
    } catch (error) {
      if (!(error instanceof PolyphonyError)) throw error
      if (error.code === 'vendor_unreachable') return 'unreachable'
      throw refused(clientId, `The document of client_id cannot be read: ${error.message}`)
    }
  }

  /** As `registerClientMetadataDocument`; what the package refuses is a refusal of the document. */
  async function register(ctx: Context, metadata: Metadata, clientId: string, existing: Client | null) {
    const known = existing ? { existingClient: existing } : {}
    try {
      const registration = { clientId, clientDiscoveryId: DOCUMENTS, metadata, ...known }
      return await registerClientMetadataDocument(ctx, options(), registration)
    } catch (error) {
      if (!(error instanceof APIError) || error.statusCode >= 500) throw error
      const { error_description: why = error.message } = error.body ?? {}
      throw refused(clientId, `The document of client_id cannot be used: ${String(why)}`)
    }
  }

  async function renew(ctx: Context, clientId: string, existing: Client | null): Promise<Client> {
    const found = await read(clientId)
    if (found === 'unreachable') {
      if (!existing) throw refused(clientId, 'The address of client_id does not answer.')
      known.set(clientId, { until: clock.now() + REFUSED_MS })
      return existing
    }
    const { client, created } = await register(ctx, found.document, clientId, existing)
    known.set(clientId, { until: clock.now() + found.keptMs })
    if (created) await stored()
    return client
  }

  async function resolve(ctx: Context, clientId: string, existing: Client | null): Promise<Client> {
    const why = addressFault(clientId)
    // Not remembered: nothing was asked for it, and it may be as long as a request.
    if (why !== undefined) throw invalidClient(why)
    const { until = 0, refusal } = known.get(clientId) ?? {}
    if (until > clock.now()) {
      if (refusal !== undefined) throw invalidClient(refusal)
      if (existing) return existing
    }
    const underWay = reading.get(clientId)
    if (underWay) return underWay
    const renewing = renew(ctx, clientId, existing).finally(() => reading.delete(clientId))
    reading.set(clientId, renewing)
    return renewing
  }

  return { id: DOCUMENTS, matches: (clientId) => clientId.startsWith('https://'), resolve }
}

/** Section 3 of the draft. */
function addressFault(clientId: string): string | undefined {
  const url = URL.parse(clientId)
  if (clientId.length > TEXT_LENGTH) return `client_id may have at most ${TEXT_LENGTH} characters.`
  // Compared as it was sent: another spelling of an address, such as one with dots as parts of the path, would be another client.
  if (url?.href !== clientId || url.pathname === '/' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return 'client_id must be the https URL of a document, with a path, and without a fragment, a user and other spellings.'
  }
  return undefined
}

/** The metadata of the client, or why it cannot be used (section 4 of the draft). */
function documentIn(clientId: string, text: string): Metadata | string {
  const document = parsed(text)
  if (!isJsonObject(document)) return 'The document of client_id is no JSON object.'
  if (document.client_id !== clientId) return 'The document of client_id names another client_id than its address.'
  const forbidden = Object.keys(document).find((name) => isForbiddenCimdClientMetadataField(name))
  if (forbidden !== undefined) return `The document of client_id may have no ${forbidden}.`
  const { token_endpoint_auth_method: method = 'none', redirect_uris: redirects, client_name: name } = document
  if (method !== 'none') return 'token_endpoint_auth_method of the document of client_id must be none.'
  if (typeof name !== 'string' || !Array.isArray(redirects) || redirects.length === 0) {
    return 'The document of client_id needs client_name and redirect_uris.'
  }
  const read = registrationIn(document)
  if ('error' in read) return read.error_description
  const checked = oauthClientMetadataSchema.safeParse({ ...read.registration, client_id: clientId })
  if (checked.success) return checked.data as Metadata // which has addresses to return to, as was checked above
  const [issue] = checked.error.issues
  return `The document of client_id: ${issue?.path.join('.')}: ${issue?.message}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no document
  }
}

/** https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2, within limits of our own. */
function keptMs(cacheControl: string): number {
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl) ?? []
  const isFresh = seconds !== undefined && !/\bno-(?:store|cache)\b/i.test(cacheControl)
  return Math.min(Math.max(isFresh ? Number(seconds) * SECOND_MS : 0, SHORTEST_MS), LONGEST_MS)
}

function invalidClient(description: string): APIError {
  return new APIError('BAD_REQUEST', { error: 'invalid_client', error_description: description })
}
