import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { type Invitation, ROLES } from '../core/person.ts'
import { emailIn } from '../people/sign-up.ts'
import { hashToken, linkTo, newToken } from '../people/tokens.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { ID, limitOf, listOf, orNull, PAGE, pageOf, TENANT, TEXT, TIME, timeOf } from './fields.ts'
import { findTenant, tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const DEFAULT_DAYS = 7
export const ROLE = Type.Enum([...ROLES], {
  description: 'owner: everything of the tenant; member: makes tasks; viewer: reads.',
})
const NEW = {
  role: ROLE,
  email: Type.Optional(
    Type.String({
      minLength: 3,
      maxLength: 254,
      description: 'The only address that may accept it. Default: anyone with the link.',
    }),
  ),
  days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 90, description: `How long it can be accepted. Default: ${DEFAULT_DAYS}.` }),
  ),
}

const InvitationBody = Type.Object({
  id: ID,
  tenant: ID,
  role: ROLE,
  email: orNull(TEXT, 'Who alone may accept it.'),
  invited_by: Type.String({ description: '`person:ID`, the id of a key, or `command line`.' }),
  created_at: TIME,
  expires_at: TIME,
  accepted_at: orNull(TIME),
  accepted_by: orNull(ID, 'A person.'),
  revoked_at: orNull(TIME),
})
const WithLink = Type.Object({
  ...InvitationBody.properties,
  token: Type.String({ description: 'Only its hash is stored: it cannot be shown again.' }),
  link: Type.String({ description: 'Send it to whom you invite.' }),
})
const Revoked = Type.Object({ id: ID, revoked: Type.Literal(true) })

function bodyOf(invitation: Invitation): Static<typeof InvitationBody> {
  return {
    id: invitation.id,
    tenant: invitation.tenantId,
    role: invitation.role,
    email: invitation.email,
    invited_by: invitation.invitedBy,
    created_at: timeOf(invitation.createdAt),
    expires_at: timeOf(invitation.expiresAt),
    accepted_at: timeOf(invitation.acceptedAt),
    accepted_by: invitation.acceptedBy,
    revoked_at: timeOf(invitation.revokedAt),
  }
}

async function listed({ store }: AdminContext, tenantId: string | null, input: { limit?: number; cursor?: string }) {
  const limit = limitOf(input)
  const { cursor } = input
  const from = cursor === undefined ? {} : { beforeId: cursor }
  const invitations = await store.listInvitations({ tenantId, limit: limit + 1, ...from })
  return pageOf(invitations, limit, ({ id }) => id, bodyOf)
}

async function invite(
  context: AdminContext,
  tenantId: string,
  { role, email, days = DEFAULT_DAYS }: { role: Invitation['role']; email?: string; days?: number },
  actor: Actor,
): Promise<Static<typeof WithLink>> {
  const now = context.clock.now()
  const token = newToken()
  const invitation: Invitation = {
    id: newId(now),
    hash: hashToken(token),
    tenantId,
    role,
    email: email === undefined ? null : emailIn(email),
    invitedBy: actor.name,
    createdAt: now,
    expiresAt: now + days * DAY_MS,
    acceptedAt: null,
    acceptedBy: null,
    revokedAt: null,
  }
  const body = bodyOf(invitation)
  const audit = auditOf(context, actor, 'invitation.create', { tenantId, subject: invitation.id, after: body })
  await context.store.createInvitation({ invitation, audit })
  return { ...body, token, link: linkTo(context.publicUrl(), 'invitation', token) }
}

async function revoke(context: AdminContext, id: string, tenantId: string | null, actor: Actor) {
  const found = await context.store.findInvitation({ id })
  const change = { tenantId: found?.tenantId ?? null, subject: id, ...(found ? { before: bodyOf(found) } : {}) }
  const audit = auditOf(context, actor, 'invitation.revoke', change)
  const isDone = await context.store.revokeInvitation({ id, tenantId, now: context.clock.now(), audit })
  if (!isDone) throw new PolyphonyError('not_found', `There is no open invitation ${id}.`)
  return { id, revoked: true as const }
}

export const INVITATION_VERBS = [
  verb({
    name: 'invitation.list',
    method: 'GET',
    path: '/invitations',
    summary: 'List invitations, the newest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only to this tenant.' })),
      ...PAGE,
    }),
    answer: listOf(InvitationBody),
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...page }) =>
      listed(context, (await tenantIdIn(context.store, tenant)) ?? null, page),
  }),
  verb({
    name: 'invitation.create',
    method: 'POST',
    path: '/invitations',
    summary: 'Invite someone to a tenant; the link is shown this once',
    input: Type.Object({ tenant: Type.Optional(TENANT), ...NEW }),
    answer: WithLink,
    changes: true,
    errors: ['not_found'],
    run: async (context, { tenant, ...input }, actor) =>
      invite(context, (await findTenant(context.store, tenant)).id, input, actor),
  }),
  verb({
    name: 'invitation.revoke',
    method: 'DELETE',
    path: '/invitations/:id',
    summary: 'Revoke an invitation that is not accepted yet',
    input: Type.Object({ id: ID }),
    answer: Revoked,
    changes: true,
    errors: ['not_found'],
    run: (context, { id }, actor) => revoke(context, id, null, actor),
  }),
] as const

const MANAGERS = ['live', 'unlimited'] as const

export const OWN_INVITATION_VERBS = [
  verb({
    name: 'own.invitation.list',
    method: 'GET',
    path: '/invitations',
    summary: 'List invitations to your tenant, the newest first',
    input: Type.Object(PAGE),
    answer: listOf(InvitationBody),
    changes: false,
    access: MANAGERS,
    role: 'owner',
    run: (context, input, actor) => listed(context, callerOf(actor).tenantId, input),
  }),
  verb({
    name: 'own.invitation.create',
    method: 'POST',
    path: '/invitations',
    summary: 'Invite someone to your tenant; the link is shown this once',
    input: Type.Object(NEW),
    answer: WithLink,
    changes: true,
    access: MANAGERS,
    run: (context, input, actor) => invite(context, callerOf(actor).tenantId, input, actor),
  }),
  verb({
    name: 'own.invitation.revoke',
    method: 'DELETE',
    path: '/invitations/:id',
    summary: 'Revoke an invitation to your tenant that is not accepted yet',
    input: Type.Object({ id: ID }),
    answer: Revoked,
    changes: true,
    access: MANAGERS,
    errors: ['not_found'],
    run: (context, { id }, actor) => revoke(context, id, callerOf(actor).tenantId, actor),
  }),
] as const
