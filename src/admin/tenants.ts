import { type Static, Type } from 'typebox'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isId } from '../core/ids.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Balance, Tenant, TenantChange } from '../core/tenant.ts'
import { aTenant } from '../tenants/first-tenant.ts'
import { type Actor, type AdminContext, auditOf } from './context.ts'
import {
  amountOf,
  COUNT,
  ID,
  limitOf,
  listOf,
  money,
  nameOf,
  orNull,
  PAGE,
  pageOf,
  searchIn,
  TENANT,
  TEXT,
  TIME,
  timeOf,
} from './fields.ts'
import { findTenant } from './find-tenant.ts'
import { verb } from './verb.ts'

const NAME = nameOf('Unique among the tenants.')
const MAX_COUNT = 1_000_000_000
const LIMITS = {
  max_concurrent: orNull(
    Type.Integer({ minimum: 1, maximum: MAX_COUNT }),
    'Unfinished tasks at once; more are parked. null = no limit.',
  ),
  max_staged: Type.Integer({
    minimum: 0,
    maximum: MAX_COUNT,
    description: 'Parked tasks at once; more are refused.',
  }),
}

const TenantBody = Type.Object({
  id: ID,
  name: TEXT,
  operator: Type.Boolean({ description: 'The first tenant, to which the admin keys belong.' }),
  created_at: TIME,
  frozen_at: orNull(TIME, 'Since when new tasks are refused; null = they are not.'),
  ...LIMITS,
  default_pool: Type.Enum(['private', 'public']),
  falls_back: Type.Boolean(),
  ...money('available', 'What it can spend.'),
  ...money('held', 'What its unfinished tasks hold.'),
  ...money('credited', 'All credit that was ever booked for it.'),
  unfinished: COUNT,
  parked: COUNT,
})

const one = { tenant: Type.String({ ...TENANT, description: 'The name or the id of the tenant.' }) }

async function bodyOf(context: AdminContext, tenant: Tenant): Promise<Static<typeof TenantBody>> {
  const [body] = await bodiesOf(context, [tenant])
  if (!body) throw new PolyphonyError('internal', `There is no body of the tenant ${tenant.id}.`)
  return body
}

/** Two reads, however many there are. */
async function bodiesOf({ store }: AdminContext, tenants: readonly Tenant[]): Promise<Static<typeof TenantBody>[]> {
  const [first] = await store.listTenants({ limit: 1 })
  const found = await store.getBalances({ tenantIds: tenants.map(({ id }) => id) })
  const balances = new Map(found.map((balance) => [balance.tenantId, balance]))
  return tenants.map((tenant) => bodyWith(tenant, tenant.id === first?.id, balances.get(tenant.id)))
}

function bodyWith(tenant: Tenant, isFirst: boolean, balance: Balance | undefined): Static<typeof TenantBody> {
  return {
    id: tenant.id,
    name: tenant.name,
    operator: isFirst,
    created_at: timeOf(tenant.createdAt),
    frozen_at: timeOf(tenant.frozenAt),
    ...settingsOf(tenant),
    ...amountOf('available', balance?.available ?? ZERO_POINTS),
    ...amountOf('held', balance?.held ?? ZERO_POINTS),
    ...amountOf('credited', balance?.credited ?? ZERO_POINTS),
    unfinished: balance?.active ?? 0,
    parked: balance?.staged ?? 0,
  }
}

function settingsOf(tenant: Tenant) {
  return {
    max_concurrent: tenant.maxConcurrent,
    max_staged: tenant.maxStaged,
    default_pool: tenant.defaultPool,
    falls_back: tenant.fallsBack,
  }
}

/** What the audit says of a tenant. */
function recordOf(tenant: Tenant) {
  return { name: tenant.name, ...settingsOf(tenant), frozen_at: timeOf(tenant.frozenAt) }
}

async function refuseTaken({ store }: AdminContext, name: string): Promise<void> {
  if (isId(name)) throw invalidInput('name', 'must not have the form of an id: tenants are found by names and ids')
  const [taken] = await store.listTenants({ name, limit: 1 })
  if (taken) throw invalidInput('name', `must be unique, and there is a tenant "${name}" already`)
}

const tenantList = verb({
  name: 'tenant.list',
  method: 'GET',
  path: '/tenants',
  summary: 'List tenants with their balances, the oldest first',
  input: Type.Object({ ...searchIn('the name or the id'), ...PAGE }),
  answer: listOf(TenantBody),
  changes: false,
  async run(context, input) {
    const limit = limitOf(input)
    const { cursor, search } = input
    if (cursor !== undefined && !(await context.store.getTenant({ id: cursor }))) {
      throw invalidInput('cursor', 'must be the next_cursor of the page before')
    }
    const from = cursor === undefined ? {} : { afterId: cursor }
    const tenants = await context.store.listTenants({
      limit: limit + 1,
      ...(search === undefined ? {} : { search }),
      ...from,
    })
    const page = pageOf(
      tenants,
      limit,
      ({ id }) => id,
      (tenant) => tenant,
    )
    return { ...page, items: await bodiesOf(context, page.items) }
  },
})

const tenantShow = verb({
  name: 'tenant.show',
  method: 'GET',
  path: '/tenants/:tenant',
  summary: 'Read a tenant with its balance',
  input: Type.Object(one),
  answer: TenantBody,
  changes: false,
  errors: ['not_found'],
  run: async (context, { tenant }) => bodyOf(context, await findTenant(context.store, tenant)),
})

const tenantCreate = verb({
  name: 'tenant.create',
  method: 'POST',
  path: '/tenants',
  summary: 'Create a tenant: who pays',
  input: Type.Object({ name: NAME, ...Type.Partial(Type.Object(LIMITS)).properties }),
  answer: TenantBody,
  changes: true,
  async run(context, { name, max_concurrent, max_staged }, actor) {
    await refuseTaken(context, name)
    const limits = {
      ...(max_concurrent === undefined ? {} : { maxConcurrent: max_concurrent }),
      ...(max_staged === undefined ? {} : { maxStaged: max_staged }),
    }
    const tenant = aTenant(name, context.clock.now(), limits)
    const change = { tenantId: tenant.id, subject: tenant.id, after: recordOf(tenant) }
    await context.store.createTenant({ tenant, audit: auditOf(context, actor, 'tenant.create', change) })
    return bodyOf(context, tenant)
  },
})

/** Changes a tenant, and records it. */
async function changed(
  context: AdminContext,
  before: Tenant,
  set: TenantChange,
  { actor, verb: name }: { actor: Actor; verb: string },
) {
  const after = { ...before, ...set }
  const change = { tenantId: before.id, subject: before.id, before: recordOf(before), after: recordOf(after) }
  const isChanged = await context.store.changeTenant({
    id: before.id,
    set,
    audit: auditOf(context, actor, name, change),
  })
  if (!isChanged) throw new PolyphonyError('not_found', `There is no tenant ${before.id} any more.`)
  return bodyOf(context, after)
}

const tenantChange = verb({
  name: 'tenant.change',
  method: 'PATCH',
  path: '/tenants/:tenant',
  summary: 'Change the name, the limits or the pool of a tenant',
  description: 'Fields that are left out stay as they are. Running tasks go on, and a lower limit parks new ones.',
  input: Type.Object({
    ...one,
    ...Type.Partial(
      Type.Object({
        name: NAME,
        ...LIMITS,
        default_pool: Type.Enum(['private', 'public']),
        falls_back: Type.Boolean(),
      }),
    ).properties,
  }),
  answer: TenantBody,
  changes: true,
  errors: ['not_found'],
  async run(context, { tenant: nameOrId, ...fields }, actor) {
    const before = await findTenant(context.store, nameOrId)
    if (fields.name !== undefined && fields.name !== before.name) await refuseTaken(context, fields.name)
    const set: TenantChange = {
      ...(fields.name === undefined ? {} : { name: fields.name }),
      ...(fields.max_concurrent === undefined ? {} : { maxConcurrent: fields.max_concurrent }),
      ...(fields.max_staged === undefined ? {} : { maxStaged: fields.max_staged }),
      ...(fields.default_pool === undefined ? {} : { defaultPool: fields.default_pool }),
      ...(fields.falls_back === undefined ? {} : { fallsBack: fields.falls_back }),
    }
    if (Object.keys(set).length === 0) throw invalidInput('', 'names nothing to change')
    return changed(context, before, set, { actor, verb: 'tenant.change' })
  },
})

const tenantFreeze = verb({
  name: 'tenant.freeze',
  method: 'POST',
  path: '/tenants/:tenant/freeze',
  summary: 'Refuse new tasks of a tenant',
  description: 'Its keys still read, and its unfinished tasks go on. Other processes know of it within five seconds.',
  input: Type.Object(one),
  answer: TenantBody,
  changes: true,
  errors: ['not_found'],
  async run(context, { tenant }, actor) {
    const before = await findTenant(context.store, tenant)
    const set = { frozenAt: before.frozenAt ?? context.clock.now() }
    return changed(context, before, set, { actor, verb: 'tenant.freeze' })
  },
})

const tenantUnfreeze = verb({
  name: 'tenant.unfreeze',
  method: 'POST',
  path: '/tenants/:tenant/unfreeze',
  summary: 'Accept new tasks of a frozen tenant again',
  input: Type.Object(one),
  answer: TenantBody,
  changes: true,
  errors: ['not_found'],
  async run(context, { tenant }, actor) {
    const before = await findTenant(context.store, tenant)
    return changed(context, before, { frozenAt: null }, { actor, verb: 'tenant.unfreeze' })
  },
})

const tenantDelete = verb({
  name: 'tenant.delete',
  method: 'DELETE',
  path: '/tenants/:tenant',
  summary: 'Delete a tenant that has no unfinished tasks',
  description: 'Its keys are revoked, its accounts removed and its name is free again. Its ledger and its tasks stay.',
  input: Type.Object(one),
  answer: Type.Object({ id: ID, deleted: Type.Literal(true) }),
  changes: true,
  errors: ['not_found', 'conflict'],
  async run(context, { tenant: nameOrId }, actor) {
    const { store, clock } = context
    const tenant = await findTenant(store, nameOrId)
    const [first] = await store.listTenants({ limit: 1 })
    if (first?.id === tenant.id) {
      throw new PolyphonyError('conflict', `${tenant.name} is the operator's own tenant, which cannot be deleted.`)
    }
    const change = { tenantId: tenant.id, subject: tenant.id, before: recordOf(tenant) }
    const audit = auditOf(context, actor, 'tenant.delete', change)
    const outcome = await store.deleteTenant({ id: tenant.id, now: clock.now(), audit })
    if (outcome === 'unfinished') {
      throw new PolyphonyError(
        'conflict',
        `${tenant.name} has unfinished tasks: freeze it, and delete it when they have ended, or cancel them.`,
      )
    }
    if (outcome === 'unknown') throw new PolyphonyError('not_found', `There is no tenant ${tenant.id} any more.`)
    return { id: tenant.id, deleted: true as const }
  },
})

export const TENANT_VERBS = [
  tenantList,
  tenantShow,
  tenantCreate,
  tenantChange,
  tenantFreeze,
  tenantUnfreeze,
  tenantDelete,
] as const
