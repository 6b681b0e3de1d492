import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../core/caller.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { actorOfPerson, isEnough, type Membership, type Person } from '../core/person.ts'
import type { Points } from '../core/points.ts'
import type { Mode } from '../core/task.ts'
import type { Connection } from '../store/people-verbs.ts'
import type { Store } from '../store/store.ts'
import { aNewKey } from '../tenants/keys.ts'
import { type AuthServer, type LoginAnswer, type LoginParts, openOnce, passOn } from './login/login.ts'
import {
  ACCESS_PREFIX,
  AUTH_METHODS,
  DOCUMENTS,
  MOST_UNUSED,
  NAME_LENGTH,
  REFRESH_PREFIX,
  RESOURCES,
  SCOPES,
} from './login/oauth-names.ts'
import type { Refusal } from './login/registration.ts'
import type { BrowserRequest } from './same-origin.ts'
import type { Holder } from './sessions.ts'
import { hashToken } from './tokens.ts'

/** How long a token is trusted without a read of the database: the longest delay of its end by another process. */
const TRUST_MS = 5 * SECOND_MS
const CACHED = 1_000
const ISSUER_PATH = '/api/auth'

/** What a client asks a person for. */
export interface Asked {
  clientId: string
  /** As it says itself: a claim. */
  name: string
  uri: string | null
  /** The address of the document by which it is known, whose host is no claim; null for one that registered itself. */
  document: string | null
  /** Where the browser is sent afterwards, without path and query. */
  returnsTo: string
}

export interface Agreement {
  membership: Membership
  mode: Mode
  monthLimit: Points | null
}

/** Clients that people let act for them, by OAuth. The gateway is the authorization server of its own endpoints of MCP. */
export interface Connections {
  /** The address of the authorization server, for the request at hand; undefined where `requireServed` rejects. */
  issuer(): Promise<string | undefined>
  /**
   * Rejects with `not_found` while nobody could sign in to let a client in, and for requests to other addresses than the
   * gateway's own: an issuer has one address, and not one for each Host that somebody sends.
   */
  requireServed(): Promise<void>
  /** https://www.rfc-editor.org/rfc/rfc8414 */
  metadata(): JsonObject
  register(request: BrowserRequest, body: unknown): Promise<LoginAnswer>
  authorize(request: BrowserRequest, query: URLSearchParams): Promise<LoginAnswer>
  /** `form`: the body as it was sent. */
  token(request: BrowserRequest, form: string): Promise<LoginAnswer>
  revoke(request: BrowserRequest, form: string): Promise<LoginAnswer>
  /** Reads the query with which a person came to the page. Throws `invalid_input`. */
  asked(query: string): Promise<Asked>
  /** Lets the client in, or with undefined refuses it. Returns where the browser goes now. */
  decide(
    request: BrowserRequest,
    holder: Holder & { kind: 'person' },
    query: string,
    agreement: Agreement | undefined,
  ): Promise<string>
  /** Ends a connection of the person, by the id of its key. False where there is none. */
  end(person: Pick<Person, 'id'>, keyId: string, address: string): Promise<boolean>
  /**
   * The caller of an access token: that of the connection's key. Undefined for what is no such token. Rejects with
   * `unauthorized`, and with `forbidden` for a viewer.
   */
  callerOf(credential: string | undefined): Promise<Caller> | undefined
  close(): void
}

interface Parts extends LoginParts {
  ownUrl(): string
  store: Store
  clock: Clock
  callerOfKey(keyId: string): Caller | Promise<Caller>
}

export function openConnections(parts: Parts): Connections {
  const { store, clock, publicUrl, ownUrl, callerOfKey } = parts
  const site = (): string => withoutSlash(ownUrl())
  const serverAt = openOnce(async (at): Promise<AuthServer> => {
    const { authorizationServerFor } = await import('./login/authorization-server.ts')
    return authorizationServerFor(at, parts)
  })
  const known = new LRUCache<string, { connection: Connection; trustedUntil: number }>({ max: CACHED })
  /** Counts changes: what was read before the latest one may be outdated. */
  let changes = 0
  const unsubscribe = store.onSignal(({ kind }) => {
    if (kind !== 'people' && kind !== 'key' && kind !== 'resync') return
    changes += 1
    known.clear()
  })

  async function ask(
    request: BrowserRequest,
    path: string,
    body: { json?: unknown; form?: string; method?: 'GET' },
    headers?: readonly (keyof IncomingHttpHeaders & string)[],
  ): Promise<LoginAnswer> {
    return passOn(await serverAt(site()), request, { site: site(), path, ...body, ...(headers ? { headers } : {}) })
  }

  async function whyNotServed(): Promise<string | undefined> {
    if (withoutSlash(publicUrl()) !== site()) return `OAuth is served at ${site()} alone: set PUBLIC_URL for another.`
    if (!(await store.isClaimed({}))) return 'Nobody has claimed this gateway yet, so nobody could let a client in.'
    return undefined
  }

  async function connectionOf(token: string): Promise<Connection> {
    const now = clock.now()
    const accessToken = hashToken(token.slice(ACCESS_PREFIX.length))
    const cached = known.get(accessToken)
    if (cached && cached.trustedUntil > now) return cached.connection
    const changesBefore = changes
    const connection = await store.findConnection({ accessToken, now })
    if (!connection)
      throw new PolyphonyError('unauthorized', 'The access token is unknown, has expired or was revoked.')
    const trustedUntil = Math.min(now + TRUST_MS, connection.expiresAt)
    if (changes === changesBefore) known.set(accessToken, { connection, trustedUntil })
    return connection
  }

  async function callerWith(token: string): Promise<Caller> {
    const { keyId, role, resources } = await connectionOf(token)
    const ours = RESOURCES.map((path) => `${site()}${path}`)
    if (resources !== null && !resources.some((resource) => ours.includes(resource))) {
      throw new PolyphonyError('unauthorized', `The access token is for ${resources.join(', ')}.`)
    }
    if (!isEnough(role, 'member')) throw new PolyphonyError('forbidden', FOR_MEMBERS)
    return callerOfKey(keyId)
  }

  return {
    issuer: async () => ((await whyNotServed()) === undefined ? `${site()}${ISSUER_PATH}` : undefined),
    async requireServed() {
      const why = await whyNotServed()
      if (why !== undefined) throw new PolyphonyError('not_found', why)
    },
    metadata: () => metadataAt(`${site()}${ISSUER_PATH}`),
    async register(request, body) {
      const { registrationIn } = await import('./login/registration.ts')
      const read = registrationIn(body)
      if ('error' in read) return refusal(read)
      const answer = await ask(request, '/oauth2/register', { json: read.registration }, [])
      await store.forgetUnusedClients({ most: MOST_UNUSED })
      return answer
    },
    authorize(request, query) {
      const asked = new URLSearchParams(query)
      // A person who has signed in is always asked whether to agree; no page of ours chooses among accounts.
      const prompts = (query.get('prompt') ?? '').split(' ').filter((one) => one === 'none' || one === 'consent')
      if (prompts.length > 0) asked.set('prompt', prompts.join(' '))
      else asked.delete('prompt')
      asked.delete('max_age')
      return ask(request, `/oauth2/authorize?${asked}`, { method: 'GET' })
    },
    async token(request, form) {
      const { grant_type: grant, refresh_token: refresh = '' } = Object.fromEntries(new URLSearchParams(form))
      if (grant === 'refresh_token' && refresh.startsWith(REFRESH_PREFIX)) {
        const refreshToken = hashToken(refresh.slice(REFRESH_PREFIX.length))
        const isOver = (await store.findConnection({ refreshToken, now: clock.now() })) === undefined
        // The package does not know of keys; one that was rotated is its own to refuse, since it then ends the others, too.
        if (isOver && (await isUnrotated(store, refreshToken))) {
          return refusal({ error: 'invalid_grant', error_description: 'The connection was ended: authorize again.' })
        }
      }
      return ask(request, '/oauth2/token', { form }, CLIENTS)
    },
    revoke: (request, form) => ask(request, '/oauth2/revoke', { form }, CLIENTS),
    async asked(query) {
      const given = new URLSearchParams(query)
      const clientId = given.get('client_id') ?? ''
      const returnsTo = URL.parse(given.get('redirect_uri') ?? '')
      const [client] = await store.findAuthRows({
        table: 'oauth_clients',
        where: [is('client_id', clientId)],
        limit: 1,
      })
      if (!client || !returnsTo || !given.has('sig')) throw invalidInput('query', BEGIN_AGAIN)
      const name = typeof client.name === 'string' && client.name.trim() !== '' ? client.name.trim() : returnsTo.host
      return {
        clientId,
        name: name.slice(0, NAME_LENGTH),
        uri: typeof client.uri === 'string' ? client.uri : null,
        document: client.client_discovery_id === DOCUMENTS ? clientId : null,
        returnsTo: returnsTo.host === '' ? returnsTo.protocol : `${returnsTo.protocol}//${returnsTo.host}`,
      }
    },
    async decide(request, { person }, query, agreement) {
      const { clientId, name } = await this.asked(query)
      if (!agreement)
        return targetOf(await ask(request, '/oauth2/consent', { json: { accept: false, oauth_query: query } }))
      const { membership, mode, monthLimit } = agreement
      if (!isEnough(membership.role, 'member')) throw new PolyphonyError('forbidden', FOR_MEMBERS)
      const now = clock.now()
      const { tenantId } = membership
      // Its text is thrown away.
      const { record: key } = aNewKey({ tenantId, name, mode, monthLimitPoints: monthLimit }, now)
      const { agreedKey } = await import('./login/authorization-server.ts')
      const answer = await agreedKey.run(key.keyId, () =>
        ask(request, '/oauth2/consent', { json: { accept: true, oauth_query: query } }),
      )
      const target = targetOf(answer)
      const audit = {
        at: now,
        actor: actorOfPerson(person.id),
        address: request.ip,
        verb: 'connection.allow',
        tenantId,
        subject: key.keyId,
        before: null,
        after: { client: clientId, name, mode, monthly_limit_points: monthLimit },
      }
      await store.connectClient({ key, personId: person.id, clientId, now, audit })
      return target
    },
    async end({ id: personId }, keyId, address) {
      const connection = (await store.listConnections({ personId })).find((one) => one.keyId === keyId)
      if (!connection) return false
      const now = clock.now()
      const { tenantId, name, mode } = connection
      const who = { actor: actorOfPerson(personId), address, verb: 'connection.end', tenantId, subject: keyId }
      return store.revokeKey({ id: keyId, now, audit: { at: now, ...who, before: { name, mode }, after: null } })
    },
    callerOf: (credential) => (credential?.startsWith(ACCESS_PREFIX) ? callerWith(credential) : undefined),
    close: unsubscribe,
  }
}

const CLIENTS = ['authorization', 'accept', 'user-agent'] as const
const BEGIN_AGAIN = 'is no request of a client that is known here, or is too old: begin again in the client'
const FOR_MEMBERS = 'A viewer of a tenant only reads: letting a client act needs the role member.'

function is(column: string, value: string) {
  return { column, operator: 'eq', value, connector: 'AND' } as const
}

async function isUnrotated(store: Store, token: string): Promise<boolean> {
  const [row] = await store.findAuthRows({ table: 'oauth_refresh_tokens', where: [is('token', token)], limit: 1 })
  return row !== undefined && row.revoked === null
}

/** Where the package sends the browser. A query whose signature is wrong or too old is refused by it. */
function targetOf({ status, body }: LoginAnswer): string {
  const answer: unknown = JSON.parse(body === '' ? '{}' : body)
  if (isJsonObject(answer) && typeof answer.url === 'string') return answer.url
  if (status < 500) throw invalidInput('query', BEGIN_AGAIN)
  throw new PolyphonyError('internal', 'The authorization server failed.', { cause: new Error(body.slice(0, 1_000)) })
}

function withoutSlash(address: string): string {
  return address.replace(/\/$/, '')
}

function refusal(body: Refusal): LoginAnswer {
  const headers: [string, string][] = [
    ['content-type', 'application/json'],
    ['cache-control', 'no-store'],
  ]
  return { status: 400, headers, body: JSON.stringify(body) }
}

function metadataAt(issuer: string): JsonObject {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    token_endpoint: `${issuer}/oauth2/token`,
    registration_endpoint: `${issuer}/oauth2/register`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    scopes_supported: [...SCOPES],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: [...AUTH_METHODS],
    revocation_endpoint_auth_methods_supported: [...AUTH_METHODS],
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  }
}
