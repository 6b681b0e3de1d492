import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { ID, MODE, orNull, pointsIn, TEXT, TIME, timeOf } from '../admin/fields.ts'
import { KEY_LIMITS } from '../admin/manage-keys.ts'
import { inputFrom } from '../admin/read-verb-input.ts'
import type { Verb } from '../admin/verb.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { type KeyRecord, limitsOn } from '../core/key.ts'
import { actorOfPerson, type Membership, ROLES, SIGN_UPS } from '../core/person.ts'
import { describedBy } from '../dialects/kit/described.ts'
import { handleErrors } from '../dialects/kit/protocol.ts'
import { networkOf } from '../people/attempts.ts'
import { hashingFor } from '../people/hashing-turns.ts'
import { type Holder, type People, roleOf } from '../people/people.ts'
import { isUnsafe, refuseElsewhere, requireFromHere } from '../people/same-origin.ts'
import type { SessionOf } from '../people/sessions.ts'
import { acceptInvitation, claim, nameIn, openInvitation, signUp, useReset } from '../people/sign-up.ts'
import { errorBody } from './errors.ts'

/** Who is here, and how they come and go: what a page of the workspace needs before it has a session, and with one. */

const described = describedBy<Record<string, unknown>>()

const ROLE = Type.Enum([...ROLES], { description: 'An owner does everything, a member makes tasks, a viewer reads.' })
const EMAIL = Type.String({ minLength: 3, maxLength: 254 })
const PASSWORD = Type.String({ minLength: 1, maxLength: 1_000, description: '8 to 128 characters.' })
const NAME = Type.String({ minLength: 1, maxLength: 100 })
const TOKEN = Type.String({ minLength: 1, maxLength: 200, description: 'What follows # in the link.' })
const QUERY = Type.String({
  minLength: 1,
  maxLength: 8_000,
  description: 'The query with which the client sent you to the page.',
})
const LOCALE = Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', description: 'Such as en or zh.' })

const SessionBody = Type.Object({
  claimed: Type.Boolean({ description: 'Whether the gateway has an operator who can sign in.' }),
  sign_up: Type.Enum([...SIGN_UPS]),
  person: orNull(
    Type.Object({
      id: ID,
      email: TEXT,
      name: TEXT,
      locale: orNull(TEXT),
      two_factor: Type.Boolean({ description: 'Whether a code is asked for after the password.' }),
    }),
    'Who is signed in.',
  ),
  key: orNull(
    Type.Object({ id: ID, name: TEXT, prefix: TEXT, mode: MODE, role: Type.Enum(['admin', 'member']) }),
    'The key that is signed in in place of a person.',
  ),
  tenants: Type.Array(Type.Object({ id: ID, name: TEXT, role: ROLE })),
  tenant: orNull(ID, 'The one that requests are for.'),
  role: orNull(ROLE, 'In this tenant.'),
  is_operator: Type.Boolean(),
  features: Type.Object({
    password: Type.Boolean(),
    passkey: Type.Boolean(),
    two_factor: Type.Boolean(),
    sign_in_with: Type.Array(Type.Object({ id: TEXT, name: TEXT })),
    shares: Type.Boolean(),
    payments: Type.Boolean({ description: 'Whether tenants can buy credit.' }),
  }),
})

const OneSession = Type.Object({
  id: ID,
  current: Type.Boolean({ description: 'The one of this request.' }),
  created_at: TIME,
  expires_at: TIME,
  address: orNull(TEXT),
  user_agent: orNull(TEXT),
})

const OneConnection = Type.Object({
  id: Type.String({ description: 'The id of its key.' }),
  client: Type.String({ description: 'As it named itself.' }),
  tenant: Type.String({ description: 'The id of the tenant in which it acts.' }),
  tenant_name: TEXT,
  mode: MODE,
  created_at: TIME,
  last_used_at: orNull(TIME, 'To the minute; null = never.'),
})

/** A route that is described as verbs are, and may set cookies. */
export interface PeopleRoute<Input extends TObject = TObject, Answer extends TSchema = TSchema>
  extends Pick<Verb, 'name' | 'method' | 'path' | 'summary' | 'description' | 'errors'> {
  input: Input
  answer: Answer
  run(at: At, input: Static<Input>): Promise<Static<Answer>>
}

interface At {
  people: People
  request: FastifyRequest
  reply: FastifyReply
}

function route<Input extends TObject, Answer extends TSchema>(
  definition: PeopleRoute<Input, Answer>,
): PeopleRoute<Input, Answer> {
  return definition
}

const NOTHING = Type.Object({})
const SIGNED_IN: readonly ErrorCode[] = ['forbidden']

export const PEOPLE_ROUTES = [
  route({
    name: 'session.read',
    method: 'GET',
    path: '/api/workspace/session',
    summary: 'Read who is signed in, and what this gateway offers',
    input: NOTHING,
    answer: SessionBody,
    async run(at) {
      const holder = await at.people.sessions.holderOf(at.request)
      if (holder) setCookies(at.reply, await at.people.sessions.prolong(holder, at.request))
      return sessionOf(at.people, holder)
    },
  }),
  route({
    name: 'session.claim',
    method: 'POST',
    path: '/api/workspace/claim',
    summary: 'Claim a new gateway: its first person is operator, and owner of the first tenant',
    input: Type.Object({ token: TOKEN, email: EMAIL, password: PASSWORD, name: NAME }),
    answer: SessionBody,
    errors: ['conflict', 'rate_limited'],
    async run(at, input) {
      await at.people.attempts.note(at.request.ip)
      const person = await claim(at.people.signUp, input, at.request.ip)
      return begun(at, { personId: person.id })
    },
  }),
  route({
    name: 'session.sign-up',
    method: 'POST',
    path: '/api/workspace/sign-up',
    summary: 'Sign up, by an invitation or, where that is open, with a tenant of your own',
    input: Type.Object({ email: EMAIL, password: PASSWORD, name: NAME, invitation: Type.Optional(TOKEN) }),
    answer: SessionBody,
    errors: ['not_found', 'rate_limited'],
    async run(at, input) {
      await at.people.attempts.note(at.request.ip)
      const { person, tenantId } = await signUp(at.people.signUp, input, at.request.ip)
      return begun(at, { personId: person.id, tenantId })
    },
  }),
  route({
    name: 'session.enter',
    method: 'POST',
    path: '/api/workspace/enter',
    summary: 'Sign in by a link that the gateway printed; it works once',
    input: Type.Object({ token: TOKEN }),
    answer: SessionBody,
    errors: ['forbidden', 'rate_limited'],
    async run(at, { token }) {
      await at.people.attempts.note(at.request.ip)
      const keyId = at.people.enterLinks.take(token)
      if (keyId === undefined) {
        throw new PolyphonyError('forbidden', 'The link was used, or is too old: sign in by a password or a key.')
      }
      return begun(at, { keyId })
    },
  }),
  route({
    name: 'session.key',
    method: 'POST',
    path: '/api/workspace/key',
    summary: 'Sign in by an API key: the session has its rights, and ends after twelve hours',
    input: Type.Object({ key: Type.String({ minLength: 1, maxLength: 1_000 }) }),
    answer: SessionBody,
    errors: ['rate_limited'],
    async run(at, { key }) {
      await at.people.attempts.note(at.request.ip)
      const { keyId } = await at.people.callerOfKey(key)
      return begun(at, { keyId, text: key })
    },
  }),
  route({
    name: 'session.sign-out',
    method: 'POST',
    path: '/api/workspace/sign-out',
    summary: 'End this session',
    input: NOTHING,
    answer: SessionBody,
    async run({ people, request, reply }) {
      setCookies(reply, await people.sessions.end(await people.sessions.holderOf(request)))
      return sessionOf(people, undefined)
    },
  }),
  route({
    name: 'session.tenant',
    method: 'POST',
    path: '/api/workspace/tenant',
    summary: 'Switch to another tenant of yours',
    input: Type.Object({ id: ID }),
    answer: SessionBody,
    errors: ['not_found', ...SIGNED_IN],
    async run(at, { id }) {
      const { session, memberships } = await personHere(at)
      if (!memberships.some(({ tenantId }) => tenantId === id)) {
        throw new PolyphonyError('not_found', noTenant(id))
      }
      return switched(at, session.id, id)
    },
  }),
  route({
    name: 'session.person',
    method: 'PATCH',
    path: '/api/workspace/person',
    summary: 'Change your name or your language',
    input: Type.Object({ name: Type.Optional(NAME), locale: Type.Optional(orNull(LOCALE)) }),
    answer: SessionBody,
    errors: SIGNED_IN,
    async run(at, { name, locale }) {
      const { person } = await personHere(at)
      const set = {
        ...(name === undefined ? {} : { name: nameIn(name) }),
        ...(locale === undefined ? {} : { locale }),
      }
      const now = at.people.clock.now()
      const who = { actor: actorOfPerson(person.id), address: at.request.ip, subject: person.id, tenantId: null }
      const before = { name: person.name, locale: person.locale }
      const audit = { at: now, ...who, verb: 'person.change', before, after: { ...before, ...set } }
      await at.people.store.changePerson({ id: person.id, set, now, audit })
      return sessionOf(at.people, await at.people.sessions.holderOf(at.request))
    },
  }),
  route({
    name: 'session.list',
    method: 'GET',
    path: '/api/workspace/sessions',
    summary: 'List your sessions, the newest first',
    input: NOTHING,
    answer: Type.Object({ items: Type.Array(OneSession) }),
    errors: SIGNED_IN,
    async run(at) {
      const holder = await someoneHere(at)
      const sessions = await at.people.store.listSessions({ of: whose(holder), now: at.people.clock.now() })
      return {
        items: sessions.map((session) => ({
          id: session.id,
          current: session.id === holder.session.id,
          created_at: timeOf(session.createdAt),
          expires_at: timeOf(session.expiresAt),
          address: session.address,
          user_agent: session.userAgent,
        })),
      }
    },
  }),
  route({
    name: 'session.revoke',
    method: 'DELETE',
    path: '/api/workspace/sessions/:id',
    summary: 'End a session of yours',
    input: Type.Object({ id: ID }),
    answer: Type.Object({ id: ID, revoked: Type.Literal(true) }),
    errors: ['not_found', ...SIGNED_IN],
    async run(at, { id }) {
      const ended = await at.people.store.deleteSessions({ of: whose(await someoneHere(at)), id })
      if (ended === 0) throw new PolyphonyError('not_found', `You have no session ${id}.`)
      return { id, revoked: true as const }
    },
  }),
  route({
    name: 'invitation.read',
    method: 'POST',
    path: '/api/workspace/invitation',
    summary: 'Read what an invitation is to',
    input: Type.Object({ token: TOKEN }),
    answer: Type.Object({
      tenant: Type.Object({ id: ID, name: TEXT }),
      role: ROLE,
      email: orNull(TEXT, 'Who alone may accept it.'),
      expires_at: TIME,
    }),
    errors: ['not_found', 'rate_limited'],
    async run({ people, request }, { token }) {
      await people.attempts.note(request.ip)
      const { tenantId, role, email, expiresAt } = await openInvitation(people.signUp, token)
      const tenant = await people.store.getTenant({ id: tenantId })
      return { tenant: { id: tenantId, name: tenant?.name ?? '' }, role, email, expires_at: timeOf(expiresAt) }
    },
  }),
  route({
    name: 'invitation.accept',
    method: 'POST',
    path: '/api/workspace/invitation/accept',
    summary: 'Join the tenant of an invitation',
    input: Type.Object({ token: TOKEN }),
    answer: SessionBody,
    errors: ['not_found', 'conflict', 'rate_limited', ...SIGNED_IN],
    async run(at, { token }) {
      const { person, session } = await personHere(at)
      await at.people.attempts.note(at.request.ip)
      const { tenantId } = await acceptInvitation(at.people.signUp, token, person, at.request.ip)
      return switched(at, session.id, tenantId)
    },
  }),
  route({
    name: 'connection.read',
    method: 'POST',
    path: '/api/workspace/connection',
    summary: 'Read which client asks to act for you',
    input: Type.Object({ query: QUERY }),
    answer: Type.Object({
      client: Type.String({ description: 'As it names itself.' }),
      uri: orNull(TEXT, 'Its page, by its own word.'),
      document: orNull(TEXT, 'The address by which it is known, where it has one in place of a registration.'),
      returns_to: Type.String({ description: 'Where the browser goes afterwards, without path and query.' }),
    }),
    errors: SIGNED_IN,
    async run(at, { query }) {
      await personHere(at)
      const { name, uri, document, returnsTo } = await at.people.connections.asked(query)
      return { client: name, uri, document, returns_to: returnsTo }
    },
  }),
  route({
    name: 'connection.decide',
    method: 'POST',
    path: '/api/workspace/connection/decision',
    summary: 'Let a client act for you in a tenant, by a key of its own, or refuse it',
    description:
      'The key is among those of the tenant: its limits can be changed there, and revoking it ends the connection.',
    input: Type.Object({
      query: QUERY,
      allow: Type.Boolean(),
      tenant: Type.Optional(ID),
      mode: Type.Optional(MODE),
      monthly_limit_points: Type.Optional(KEY_LIMITS.monthly_limit_points),
      monthly_limit_usd: Type.Optional(KEY_LIMITS.monthly_limit_usd),
    }),
    answer: Type.Object({ url: Type.String({ description: 'Where the browser goes now: to the client.' }) }),
    errors: ['not_found', ...SIGNED_IN],
    async run(at, { query, allow, tenant, mode = 'live', ...limits }) {
      const holder = await personHere(at)
      const { connections } = at.people
      if (!allow) return { url: await connections.decide(at.request, holder, query, undefined) }
      const membership = membershipIn(holder, tenant)
      const monthLimit = pointsIn(limits, 'monthly_limit') ?? null
      return { url: await connections.decide(at.request, holder, query, { membership, mode, monthLimit }) }
    },
  }),
  route({
    name: 'connection.list',
    method: 'GET',
    path: '/api/workspace/connections',
    summary: 'List the clients that you let act for you, the newest first',
    input: NOTHING,
    answer: Type.Object({ items: Type.Array(OneConnection) }),
    errors: SIGNED_IN,
    async run(at) {
      const { person, memberships } = await personHere(at)
      const connections = await at.people.store.listConnections({ personId: person.id })
      return {
        items: connections.map(({ keyId, name, tenantId, mode, createdAt, lastUsedAt }) => ({
          id: keyId,
          client: name,
          tenant: tenantId,
          tenant_name: memberships.find((one) => one.tenantId === tenantId)?.tenantName ?? '',
          mode,
          created_at: timeOf(createdAt),
          last_used_at: timeOf(lastUsedAt),
        })),
      }
    },
  }),
  route({
    name: 'connection.end',
    method: 'DELETE',
    path: '/api/workspace/connections/:id',
    summary: 'End a connection of yours: its key is revoked',
    input: Type.Object({ id: ID }),
    answer: Type.Object({ id: ID, revoked: Type.Literal(true) }),
    errors: ['not_found', ...SIGNED_IN],
    async run(at, { id }) {
      const { person } = await personHere(at)
      if (!(await at.people.connections.end(person, id, at.request.ip))) {
        throw new PolyphonyError('not_found', `You have no connection ${id}.`)
      }
      return { id, revoked: true as const }
    },
  }),
  route({
    name: 'session.password',
    method: 'POST',
    path: '/api/workspace/password',
    summary: 'Set another password by a link of the operator’s; all your sessions end',
    input: Type.Object({ token: TOKEN, password: PASSWORD }),
    answer: Type.Object({ email: TEXT }),
    errors: ['not_found', 'rate_limited'],
    async run({ people, request }, input) {
      await people.attempts.note(request.ip)
      const { email } = await useReset(people.signUp, input, request.ip)
      return { email }
    },
  }),
] as const

/** Registers the routes, and the login of the package below `/api/auth`. */
export function peopleRoutes(app: FastifyInstance, people: People): void {
  handleErrors(app, (error, { id }) => errorBody(error, id))
  app.addHook('onRequest', async (request) => {
    if (request.headers.cookie !== undefined && isUnsafe(request)) requireFromHere(request, people.publicUrl())
    // A form of another site could sign someone in as another person.
    refuseElsewhere(request, people.publicUrl())
  })
  for (const one of PEOPLE_ROUTES as readonly PeopleRoute[]) {
    app.route({
      method: one.method,
      url: one.path,
      ...described(one.name),
      async handler(request, reply) {
        const path = request.params as Record<string, string> // as the path names them
        const input = inputFrom(one, { path, query: {}, body: request.body })
        const run = () => one.run({ people, request, reply }, { ...input })
        const data = await hashingFor.run(networkOf(request.ip), run)
        reply.header('cache-control', 'no-store')
        return reply.send({ code: 200, data, message: 'success' })
      },
    })
  }
}

export function setCookies(reply: FastifyReply, cookies: readonly string[]): void {
  for (const cookie of cookies) reply.header('set-cookie', cookie)
}

type PersonHere = Holder & { kind: 'person' }

async function someoneHere({ people, request }: At): Promise<Holder> {
  requireFromHere(request, people.publicUrl())
  const holder = await people.sessions.holderOf(request)
  if (holder) return holder
  throw new PolyphonyError('unauthorized', 'Sign in first.')
}

function membershipIn({ memberships, current }: PersonHere, tenant: string | undefined): Membership {
  const found = tenant === undefined ? current : memberships.find(({ tenantId }) => tenantId === tenant)
  if (found) return found
  throw new PolyphonyError('not_found', tenant === undefined ? 'You are a member of no tenant.' : noTenant(tenant))
}

function noTenant(id: string): string {
  return `You are a member of no tenant ${id}.`
}

async function personHere(at: At): Promise<PersonHere> {
  const holder = await someoneHere(at)
  if (holder.kind === 'person') return holder
  throw new PolyphonyError('forbidden', 'This is for people: you are signed in by an API key.')
}

function whose(holder: Holder): { personId: string } | { keyId: string } {
  return holder.kind === 'person' ? { personId: holder.person.id } : { keyId: holder.keyId }
}

/** Begins a session, in place of one that there may be. */
async function begun(at: At, of: SessionOf) {
  const { people, request, reply } = at
  const before = await people.sessions.holderOf(request)
  if (before) await people.sessions.end(before)
  const { cookies, token } = await people.sessions.begin(request, of)
  setCookies(reply, cookies)
  return sessionOf(people, await people.sessions.find(token))
}

async function switched(at: At, sessionId: string, tenantId: string) {
  await at.people.store.changeSession({ id: sessionId, set: { tenantId } })
  return sessionOf(at.people, await at.people.sessions.holderOf(at.request))
}

async function sessionOf(people: People, holder: Holder | undefined): Promise<Static<typeof SessionBody>> {
  const { store, signUp, oidc } = people
  const gateway = {
    claimed: holder?.kind === 'person' || (await store.isClaimed({})),
    sign_up: signUp.policy,
    features: {
      password: true,
      passkey: true,
      two_factor: true,
      sign_in_with: oidc ? [{ id: 'oidc', name: oidc.name }] : [],
      shares: true,
      payments: people.takesPayments,
    },
  }
  const nobody = { person: null, key: null, tenants: [], tenant: null, role: null, is_operator: false }
  if (holder?.kind === 'person') return { ...gateway, ...nobody, ...personIn(holder) }
  if (holder?.kind === 'key') return { ...gateway, ...nobody, ...(await keyIn(people, holder.keyId)) }
  return { ...gateway, ...nobody }
}

function personIn(holder: PersonHere) {
  const { person, memberships, current } = holder
  const { id, email, name, locale, hasTwoFactor } = person
  return {
    person: { id, email, name, locale, two_factor: hasTwoFactor },
    tenants: memberships.map(({ tenantId, tenantName, role }) => ({ id: tenantId, name: tenantName, role })),
    tenant: current?.tenantId ?? null,
    role: roleOf(holder),
    is_operator: person.isOperator,
  }
}

async function keyIn({ store, clock }: People, keyId: string) {
  const key = await store.getKey({ id: keyId })
  if (!key || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= clock.now())) return {}
  const tenant = await store.getTenant({ id: key.tenantId })
  const role = isWhole(key) ? ('owner' as const) : ('member' as const)
  return {
    key: { id: keyId, name: key.name, prefix: key.prefix, mode: key.mode, role: key.role },
    tenants: [{ id: key.tenantId, name: tenant?.name ?? '', role }],
    tenant: key.tenantId,
    role,
    is_operator: key.role === 'admin',
  }
}

/** Whether a key may manage its tenant, as `own-access.ts` decides. */
function isWhole(key: KeyRecord): boolean {
  return key.mode === 'live' && limitsOn(key).length === 0
}
