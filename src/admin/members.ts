import { type Static, Type } from 'typebox'
import { PolyphonyError } from '../core/errors.ts'
import type { Member, Role } from '../core/person.ts'
import { aJoining } from '../people/sign-up.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { ID, limitOf, listOf, PAGE, pageOf, TENANT, TEXT, TIME, timeOf } from './fields.ts'
import { findPerson, PERSON } from './find-person.ts'
import { findTenant } from './find-tenant.ts'
import { ROLE } from './invitations.ts'
import { verb } from './verb.ts'

const MemberBody = Type.Object({
  id: Type.String({ description: 'Of the person.' }),
  name: TEXT,
  email: TEXT,
  role: ROLE,
  operator: Type.Boolean({ description: 'An operator may do everything, whatever the role.' }),
  joined_at: TIME,
})
const Removed = Type.Object({ id: ID, removed: Type.Literal(true) })
const ONE = { tenant: TENANT, id: Type.String({ ...ID, description: 'The id of the person.' }) }

function bodyOf({ person, role, joinedAt }: Member): Static<typeof MemberBody> {
  const { id, name, email, isOperator } = person
  return { id, name, email, role, operator: isOperator, joined_at: timeOf(joinedAt) }
}

async function listed({ store }: AdminContext, tenantId: string, input: { limit?: number; cursor?: string }) {
  const limit = limitOf(input)
  const { cursor } = input
  const from = cursor === undefined ? {} : { afterId: cursor }
  const members = await store.listMembers({ tenantId, limit: limit + 1, ...from })
  return pageOf(members, limit, ({ person }) => person.id, bodyOf)
}

async function memberOf({ store }: AdminContext, tenantId: string, personId: string): Promise<Member> {
  const member = await store.getMember({ tenantId, personId })
  if (!member) throw noMember(personId)
  return member
}

async function change(context: AdminContext, tenantId: string, { id, role }: { id: string; role: Role }, actor: Actor) {
  const before = await memberOf(context, tenantId, id)
  const change = { tenantId, subject: id, before: { role: before.role }, after: { role } }
  const audit = auditOf(context, actor, 'member.change', change)
  const outcome = await context.store.changeMember({ personId: id, tenantId, role, audit })
  if (outcome === 'unknown') throw noMember(id)
  if (outcome === 'last_owner') throw lastOwner()
  return bodyOf({ ...before, role })
}

async function remove(context: AdminContext, tenantId: string, id: string, actor: Actor) {
  const { person, role } = await memberOf(context, tenantId, id)
  // Without a tenant an operator could not work: that is decided by operators, or by themselves.
  const { caller } = actor
  const mayRemove = !person.isOperator || !caller || caller.role === 'admin' || caller.person?.id === id
  if (!mayRemove)
    throw new PolyphonyError('forbidden', `${person.email} is an operator: only an operator removes them.`)
  const before = { email: person.email, name: person.name, role }
  const audit = auditOf(context, actor, 'member.remove', { tenantId, subject: id, before })
  const outcome = await context.store.removeMember({ personId: id, tenantId, now: context.clock.now(), audit })
  if (outcome === 'unknown') throw noMember(id)
  if (outcome === 'last_owner') throw lastOwner()
  return { id, removed: true as const }
}

function noMember(id: string): PolyphonyError {
  return new PolyphonyError('not_found', `There is no member ${id}.`)
}

function lastOwner(): PolyphonyError {
  return new PolyphonyError('conflict', 'A tenant with people keeps an owner: make another member owner first.')
}

export const MEMBER_VERBS = [
  verb({
    name: 'member.list',
    method: 'GET',
    path: '/members',
    summary: 'List the members of a tenant, in the order in which they joined',
    input: Type.Object({ tenant: Type.Optional(TENANT), ...PAGE }),
    answer: listOf(MemberBody),
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...page }) => listed(context, (await findTenant(context.store, tenant)).id, page),
  }),
  verb({
    name: 'member.add',
    method: 'POST',
    path: '/members',
    summary: 'Make a person who is known here a member of a tenant',
    input: Type.Object({ tenant: Type.Optional(TENANT), person: PERSON, role: ROLE }),
    answer: MemberBody,
    changes: true,
    errors: ['not_found', 'conflict'],
    async run(context, { tenant: nameOrId, person: idOrEmail, role }, actor) {
      const tenant = await findTenant(context.store, nameOrId)
      const person = await findPerson(context.store, idOrEmail)
      const now = context.clock.now()
      const after = { email: person.email, name: person.name, role }
      const outcome = await context.store.addMember({
        personId: person.id,
        joins: aJoining(person, tenant.id, role, now),
        now,
        audit: auditOf(context, actor, 'member.add', { tenantId: tenant.id, subject: person.id, after }),
      })
      if (outcome !== 'added') {
        throw new PolyphonyError('conflict', `${person.email} is a member of ${tenant.name} already.`)
      }
      return bodyOf({ person, role, joinedAt: now })
    },
  }),
  verb({
    name: 'member.change',
    method: 'PATCH',
    path: '/members/:tenant/:id',
    summary: 'Change the role of a member',
    input: Type.Object({ ...ONE, role: ROLE }),
    answer: MemberBody,
    changes: true,
    errors: ['not_found', 'conflict'],
    run: async (context, { tenant, ...input }, actor) =>
      change(context, (await findTenant(context.store, tenant)).id, input, actor),
  }),
  verb({
    name: 'member.remove',
    method: 'DELETE',
    path: '/members/:tenant/:id',
    summary: 'Remove a member from a tenant; their tasks stay',
    input: Type.Object(ONE),
    answer: Removed,
    changes: true,
    errors: ['not_found', 'conflict'],
    run: async (context, { tenant, id }, actor) =>
      remove(context, (await findTenant(context.store, tenant)).id, id, actor),
  }),
] as const

const MANAGERS = ['live', 'unlimited'] as const

export const OWN_MEMBER_VERBS = [
  verb({
    name: 'own.member.list',
    method: 'GET',
    path: '/members',
    summary: 'List the members of your tenant, in the order in which they joined',
    input: Type.Object(PAGE),
    answer: listOf(MemberBody),
    changes: false,
    access: MANAGERS,
    run: (context, input, actor) => listed(context, callerOf(actor).tenantId, input),
  }),
  verb({
    name: 'own.member.change',
    method: 'PATCH',
    path: '/members/:id',
    summary: 'Change the role of a member of your tenant',
    input: Type.Object({ id: ONE.id, role: ROLE }),
    answer: MemberBody,
    changes: true,
    access: MANAGERS,
    errors: ['not_found', 'conflict'],
    run: (context, input, actor) => change(context, callerOf(actor).tenantId, input, actor),
  }),
  verb({
    name: 'own.member.remove',
    method: 'DELETE',
    path: '/members/:id',
    summary: 'Remove a member from your tenant, or leave it; tasks stay',
    input: Type.Object({ id: ONE.id }),
    answer: Removed,
    changes: true,
    access: MANAGERS,
    role: 'viewer', // everyone may leave
    errors: ['not_found', 'conflict'],
    async run(context, { id }, actor) {
      const { tenantId, person } = callerOf(actor)
      if (person && person.role !== 'owner' && person.id !== id) {
        throw new PolyphonyError('forbidden', `This needs the role owner in the tenant; yours is ${person.role}.`)
      }
      return remove(context, tenantId, id, actor)
    },
  }),
] as const
