import { type Static, Type } from 'typebox'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { Person, PersonChange, Role } from '../core/person.ts'
import { aJoining, aPerson, createReset } from '../people/sign-up.ts'
import { linkTo, newToken } from '../people/tokens.ts'
import { type Actor, type AdminContext, auditOf } from './context.ts'
import { ID, limitOf, listOf, nameOf, orNull, PAGE, pageOf, searchIn, TENANT, TEXT, TIME, timeOf } from './fields.ts'
import { findPerson, PERSON } from './find-person.ts'
import { findTenant } from './find-tenant.ts'
import { ROLE } from './invitations.ts'
import { verb } from './verb.ts'

const PersonBody = Type.Object({
  id: ID,
  email: TEXT,
  name: TEXT,
  operator: Type.Boolean({ description: 'May do everything.' }),
  two_factor: Type.Boolean(),
  blocked_at: orNull(TIME, 'Since when they may not sign in.'),
  created_at: TIME,
  tenants: Type.Array(Type.Object({ id: ID, name: TEXT, role: ROLE })),
})
const Link = Type.Object({
  person: ID,
  link: Type.String({ description: 'Sets another password, once. Only its hash is stored.' }),
  token: TEXT,
  expires_at: TIME,
})
const WithLink = Type.Object({ ...PersonBody.properties, ...Link.properties })

async function bodyOf({ store }: AdminContext, person: Person): Promise<Static<typeof PersonBody>> {
  const memberships = await store.listMemberships({ personId: person.id })
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    operator: person.isOperator,
    two_factor: person.hasTwoFactor,
    blocked_at: timeOf(person.blockedAt),
    created_at: timeOf(person.createdAt),
    tenants: memberships.map(({ tenantId, tenantName, role }) => ({ id: tenantId, name: tenantName, role })),
  }
}

function recordOf({ email, name, isOperator, blockedAt }: Person) {
  return { email, name, operator: isOperator, blocked_at: timeOf(blockedAt) }
}

async function resetLink(context: AdminContext, person: Person): Promise<Static<typeof Link>> {
  const token = newToken()
  const expiresAt = await createReset(context, person, token)
  const link = linkTo(context.publicUrl(), 'reset', token)
  return { person: person.id, link, token, expires_at: timeOf(expiresAt) }
}

function lastOperator(): PolyphonyError {
  return new PolyphonyError('conflict', 'The last operator stays: make another person operator first.')
}

async function create(
  context: AdminContext,
  input: { email: string; name: string; operator?: boolean; tenant?: string; role?: Role },
  actor: Actor,
): Promise<Static<typeof WithLink>> {
  const { store, clock } = context
  const { operator = false, role = operator ? 'owner' : 'member' } = input
  const now = clock.now()
  const tenant = await findTenant(store, input.tenant)
  const person: Person = { ...aPerson(input, now), isOperator: operator }
  const change = { tenantId: tenant.id, subject: person.id, after: { ...recordOf(person), role } }
  const outcome = await store.createPerson({
    person,
    password: null,
    joins: aJoining(person, tenant.id, role, now),
    now,
    audit: auditOf(context, actor, 'person.create', change),
  })
  if (outcome === 'email_taken') throw invalidInput('email', `must be new, and there is a person with ${person.email}`)
  return { ...(await bodyOf(context, person)), ...(await resetLink(context, person)) }
}

const PersonSession = Type.Object({
  id: ID,
  created_at: TIME,
  expires_at: TIME,
  address: orNull(TEXT),
  user_agent: orNull(TEXT),
})

export const PERSON_VERBS = [
  verb({
    name: 'person.list',
    method: 'GET',
    path: '/people',
    summary: 'List the people who can sign in, the oldest first',
    input: Type.Object({ ...searchIn('the name or the e-mail address'), ...PAGE }),
    answer: listOf(PersonBody),
    changes: false,
    async run(context, { search, ...input }) {
      const limit = limitOf(input)
      const from = input.cursor === undefined ? {} : { afterId: input.cursor }
      const people = await context.store.listPeople({
        limit: limit + 1,
        ...(search === undefined ? {} : { search }),
        ...from,
      })
      const page = pageOf(
        people,
        limit,
        ({ id }) => id,
        (person) => bodyOf(context, person),
      )
      return { ...page, items: await Promise.all(page.items) }
    },
  }),
  verb({
    name: 'person.show',
    method: 'GET',
    path: '/people/:person',
    summary: 'Read a person with their tenants',
    input: Type.Object({ person: PERSON }),
    answer: PersonBody,
    changes: false,
    errors: ['not_found'],
    run: async (context, { person }) => bodyOf(context, await findPerson(context.store, person)),
  }),
  verb({
    name: 'person.create',
    method: 'POST',
    path: '/people',
    summary: 'Make a person, who sets a password by the link in the answer',
    input: Type.Object({
      email: Type.String({ minLength: 3, maxLength: 254 }),
      name: nameOf('As others see it.'),
      operator: Type.Optional(Type.Boolean({ description: 'May do everything. Default: false.' })),
      tenant: Type.Optional(TENANT),
      role: Type.Optional(ROLE),
    }),
    answer: WithLink,
    changes: true,
    errors: ['not_found'],
    run: create,
  }),
  verb({
    name: 'person.change',
    method: 'PATCH',
    path: '/people/:person',
    summary: 'Make a person operator or not, or block and unblock them',
    description: 'Fields that are left out stay as they are. A person who is blocked loses their sessions.',
    input: Type.Object({
      person: PERSON,
      operator: Type.Optional(Type.Boolean()),
      blocked: Type.Optional(Type.Boolean()),
      name: Type.Optional(nameOf('As others see it.')),
    }),
    answer: PersonBody,
    changes: true,
    errors: ['not_found', 'conflict'],
    async run(context, { person: idOrEmail, operator, blocked, name }, actor) {
      const { store, clock } = context
      const before = await findPerson(store, idOrEmail)
      const set: PersonChange = {
        ...(operator === undefined ? {} : { isOperator: operator }),
        ...(blocked === undefined ? {} : { blockedAt: blocked ? (before.blockedAt ?? clock.now()) : null }),
        ...(name === undefined ? {} : { name }),
      }
      if (Object.keys(set).length === 0) throw invalidInput('', 'names nothing to change')
      const after = { ...before, ...set }
      const change = { subject: before.id, before: recordOf(before), after: recordOf(after) }
      const audit = auditOf(context, actor, 'person.change', change)
      const outcome = await store.changePerson({ id: before.id, set, now: clock.now(), audit })
      if (outcome === 'last_operator') throw lastOperator()
      if (outcome === 'unknown') throw new PolyphonyError('not_found', `There is no person ${before.id} any more.`)
      return bodyOf(context, after)
    },
  }),
  verb({
    name: 'person.reset',
    method: 'POST',
    path: '/people/:person/reset',
    summary: 'Make a link by which a person sets another password; it is shown this once',
    input: Type.Object({ person: PERSON }),
    answer: Link,
    changes: true,
    errors: ['not_found'],
    async run(context, { person: idOrEmail }, actor) {
      const person = await findPerson(context.store, idOrEmail)
      const made = await resetLink(context, person)
      await context.store.addAudit({ audit: auditOf(context, actor, 'person.reset', { subject: person.id }) })
      return made
    },
  }),
  verb({
    name: 'person.sessions',
    method: 'GET',
    path: '/people/:person/sessions',
    summary: 'List where a person is signed in, the newest first',
    input: Type.Object({ person: PERSON }),
    answer: Type.Object({ items: Type.Array(PersonSession) }),
    changes: false,
    errors: ['not_found'],
    async run({ store, clock }, { person: idOrEmail }) {
      const { id: personId } = await findPerson(store, idOrEmail)
      const sessions = await store.listSessions({ of: { personId }, now: clock.now() })
      return {
        items: sessions.map(({ id, createdAt, expiresAt, address, userAgent }) => ({
          id,
          created_at: timeOf(createdAt),
          expires_at: timeOf(expiresAt),
          address,
          user_agent: userAgent,
        })),
      }
    },
  }),
  verb({
    name: 'person.sign-out',
    method: 'POST',
    path: '/people/:person/sign-out',
    summary: 'End the sessions of a person, or one of them: they have to sign in again',
    input: Type.Object({
      person: PERSON,
      session: Type.Optional(Type.String({ ...ID, description: 'Only this one. Default: all.' })),
    }),
    answer: Type.Object({ person: ID, ended: Type.Integer({ minimum: 0 }) }),
    changes: true,
    errors: ['not_found'],
    async run(context, { person: idOrEmail, session }, actor) {
      const { store } = context
      const { id: personId } = await findPerson(store, idOrEmail)
      const one = session === undefined ? {} : { id: session }
      const ended = await store.deleteSessions({ of: { personId }, ...one })
      if (session !== undefined && ended === 0) {
        throw new PolyphonyError('not_found', `The person ${personId} has no session ${session}.`)
      }
      await store.addAudit({
        audit: auditOf(context, actor, 'person.sign-out', { subject: personId, after: { ended } }),
      })
      return { person: personId, ended }
    },
  }),
  verb({
    name: 'person.remove',
    method: 'DELETE',
    path: '/people/:person',
    summary: 'Remove a person; their tasks and the audit stay',
    input: Type.Object({ person: PERSON }),
    answer: Type.Object({ id: ID, removed: Type.Literal(true) }),
    changes: true,
    errors: ['not_found', 'conflict'],
    async run(context, { person: idOrEmail }, actor) {
      const person = await findPerson(context.store, idOrEmail)
      const audit = auditOf(context, actor, 'person.remove', { subject: person.id, before: recordOf(person) })
      const outcome = await context.store.removePerson({ id: person.id, now: context.clock.now(), audit })
      if (outcome === 'last_operator') throw lastOperator()
      if (outcome === 'unknown') throw new PolyphonyError('not_found', `There is no person ${person.id} any more.`)
      return { id: person.id, removed: true as const }
    },
  }),
] as const
