import { type Static, Type } from 'typebox'
import type { DeliveryStatus } from '../core/delivery.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Mode } from '../core/task.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { Delivery, deliveryBody } from './delivery-body.ts'
import { ID, limitOf, listOf, MODE, PAGE, pageOf, TENANT } from './fields.ts'
import { findTenant, tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const Deliveries = listOf(Delivery)
const Replayed = Type.Object({ id: ID, replayed: Type.Literal(true) })
const Secret = Type.Object({
  tenant: ID,
  mode: MODE,
  secret: Type.String({ description: 'As libraries of Standard Webhooks take it: whsec_…' }),
})
const TASK = Type.Optional(Type.String({ ...ID, description: 'Only of this task or batch.' }))

const STATUS = Type.Optional(
  Type.Enum(['pending', 'delivered', 'failed'], { description: 'Only those in this state.' }),
)
const WithBody = Type.Object({
  ...Delivery.properties,
  body: Type.String({ description: 'What was sent, as it was sent.' }),
})

interface ListInput {
  status?: DeliveryStatus
  task?: string
  limit?: number
  cursor?: string
}

/** Whose deliveries, and of which mode; the operator's are all. */
interface Scope {
  tenantId: string | null
  mode?: Mode
}

async function listed({ store }: AdminContext, input: ListInput, scope: Scope): Promise<Static<typeof Deliveries>> {
  const limit = limitOf(input)
  const { task, cursor, status } = input
  const deliveries = await store.listDeliveries({
    ...scope,
    limit: limit + 1,
    ...(task === undefined ? {} : { taskId: task }),
    ...(status === undefined ? {} : { status }),
    ...(cursor === undefined ? {} : { beforeId: cursor }),
  })
  return pageOf(deliveries, limit, ({ id }) => id, deliveryBody)
}

async function replay(context: AdminContext, id: string, scope: Scope, actor: Actor): Promise<Static<typeof Replayed>> {
  const { store, clock } = context
  const [delivery] = await store.listDeliveries({ ...scope, id, limit: 1 })
  if (!delivery) throw new PolyphonyError('not_found', `No delivery ${id}.`)
  const { tenantId, taskId, status, url } = delivery
  const change = { tenantId, subject: id, before: { status, task_id: taskId, url }, after: { status: 'pending' } }
  const audit = auditOf(context, actor, 'webhook.replay', change)
  if (!(await store.replayDelivery({ id, tenantId, now: clock.now(), audit }))) {
    throw new PolyphonyError('not_found', `No delivery ${id}.`)
  }
  return { id, replayed: true as const }
}

export const WEBHOOK_VERBS = [
  verb({
    name: 'webhook.list',
    method: 'GET',
    path: '/webhooks',
    summary: 'List deliveries of webhooks with their attempts, the newest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant. Default: of all.' })),
      task: TASK,
      status: STATUS,
      ...PAGE,
    }),
    answer: Deliveries,
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...input }) =>
      listed(context, input, { tenantId: (await tenantIdIn(context.store, tenant)) ?? null }),
  }),
  verb({
    name: 'webhook.replay',
    method: 'POST',
    path: '/webhooks/:id/replay',
    summary: 'Send a delivery again, with the same id and body',
    input: Type.Object({ id: ID }),
    answer: Replayed,
    changes: true,
    errors: ['not_found'],
    run: (context, { id }, actor) => replay(context, id, { tenantId: null }, actor),
  }),
  verb({
    name: 'webhook.secret',
    method: 'GET',
    path: '/webhook-secret',
    summary: 'Read the secret with which a tenant verifies its webhooks (Standard Webhooks)',
    input: Type.Object({ tenant: Type.Optional(TENANT), mode: Type.Optional(MODE) }),
    answer: Secret,
    changes: false,
    usesSecret: true,
    errors: ['not_found'],
    async run(context, { tenant: nameOrId, mode = 'live' }) {
      const tenant = await findTenant(context.store, nameOrId)
      return { tenant: tenant.id, mode, secret: context.webhookSecret(tenant, mode) }
    },
  }),
] as const

export const OWN_WEBHOOK_VERBS = [
  verb({
    name: 'own.delivery.list',
    method: 'GET',
    path: '/deliveries',
    summary: 'List deliveries of your webhooks with their attempts, the newest first',
    description: 'A key sees those of tasks of its own mode.',
    input: Type.Object({ task: TASK, ...PAGE }),
    answer: Deliveries,
    changes: false,
    run(context, input, actor) {
      const { tenantId, mode } = callerOf(actor)
      return listed(context, input, { tenantId, mode })
    },
  }),
  verb({
    name: 'own.delivery.read',
    method: 'GET',
    path: '/deliveries/:id',
    summary: 'Read a delivery of yours with its body',
    input: Type.Object({ id: ID }),
    answer: WithBody,
    changes: false,
    // Bodies of some protocols carry a secret that the receiver chose.
    role: 'member',
    errors: ['not_found'],
    async run({ store }, { id }, actor) {
      const { tenantId, mode } = callerOf(actor)
      const [delivery] = await store.listDeliveries({ tenantId, mode, id, limit: 1 })
      if (!delivery) throw new PolyphonyError('not_found', `There is no delivery ${id}.`)
      return { ...deliveryBody(delivery), body: delivery.body }
    },
  }),
  verb({
    name: 'own.delivery.replay',
    method: 'POST',
    path: '/deliveries/:id/replay',
    summary: 'Send a delivery of yours again, with the same id and body',
    input: Type.Object({ id: ID }),
    answer: Replayed,
    changes: true,
    role: 'member',
    errors: ['not_found'],
    run(context, { id }, actor) {
      const { tenantId, mode } = callerOf(actor)
      return replay(context, id, { tenantId, mode }, actor)
    },
  }),
  verb({
    name: 'own.webhook-secret.read',
    method: 'GET',
    path: '/webhook-secret',
    summary: 'Read the secret with which you verify your webhooks (Standard Webhooks)',
    description: 'Live and test keys have a secret each. Needs a key without limits of its own.',
    input: Type.Object({}),
    answer: Secret,
    changes: false,
    access: ['unlimited'],
    role: 'owner',
    usesSecret: true,
    async run(context, _input, actor) {
      const { tenantId, mode } = callerOf(actor)
      const tenant = await context.store.getTenant({ id: tenantId })
      if (!tenant) throw new PolyphonyError('not_found', `There is no tenant ${tenantId}.`)
      return { tenant: tenantId, mode, secret: context.webhookSecret(tenant, mode) }
    },
  }),
] as const
