import { type Static, Type } from 'typebox'
import { readPoolPolicy } from '../accounts/account-input.ts'
import type { ManagedAccount, Manager } from '../accounts/managed-account.ts'
import type { JsonObject } from '../core/json.ts'
import {
  type AccountBody,
  type Audience,
  accountBody,
  type DebugBody,
  debugBody,
  type ProviderBody,
  poolBody,
  providerBodies,
  type TestBody,
  testBody,
} from './account-bodies.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { ID } from './fields.ts'
import { verb } from './verb.ts'

/** Accounts at providers: the operator's verbs are about all of them, a tenant's about its own, and otherwise the same. */

const ONE = Type.Object({ id: ID })
const NONE = Type.Object({})
/** Described by hand, as are the bodies. */
const ACCOUNT = Type.Unsafe<AccountBody>({})
const ACCOUNTS = Type.Unsafe<AccountBody[]>({})
const PROVIDERS = Type.Unsafe<ProviderBody[]>({})
const REMOVED = Type.Unsafe<{ id: string; removed: boolean }>({})
const TEST = Type.Unsafe<TestBody>({})
const DIAGNOSIS = Type.Unsafe<DebugBody>({})
const POOL = Type.Unsafe<JsonObject>({})

/** Test keys never use a tenant's accounts. */
const OWN_ACCESS = ['live'] as const

/** Verbs that change one account and read no body. */
const SWITCHES = ['drain', 'resume', 'disable', 'enable'] as const

interface Audited {
  context: AdminContext
  actor: Actor
  audience: Audience
}

async function record(
  { context, actor, audience }: Audited,
  name: string,
  before: ManagedAccount | null,
  after: ManagedAccount | null,
): Promise<void> {
  const account = after ?? before
  const bodyOf = (one: ManagedAccount | null) => (one ? accountBody(one, audience) : null)
  const change = { tenantId: account?.tenantId ?? null, subject: account?.id ?? null }
  const entry = auditOf(context, actor, name, { ...change, before: bodyOf(before), after: bodyOf(after) })
  await context.store.addAudit({ audit: entry })
}

/** The fields of a body that `input` does not name. */
function bodyIn({ id: _, ...body }: Record<string, unknown>): JsonObject {
  return body as JsonObject // as it was sent
}

function verbsFor<const Prefix extends '' | 'own.'>(prefix: Prefix) {
  const audience: Audience = prefix === '' ? 'operator' : 'tenant'
  const managerOf = (actor: Actor): Manager => (prefix === '' ? 'operator' : { tenantId: callerOf(actor).tenantId })
  const shown = (account: ManagedAccount) => accountBody(account, audience)
  const described = (name: string) => ({ describedAs: prefix === '' ? `${name}.admin` : name })
  // Described by hand. What an account is, also depends on whether its credential can be opened.
  const all = { summary: '', access: OWN_ACCESS, usesSecret: true } as const

  const switched = <const Verb extends (typeof SWITCHES)[number]>(name: Verb) =>
    verb({
      ...all,
      ...described(`${name}Account`),
      name: `${prefix}account.${name}`,
      method: 'POST',
      path: `/accounts/:id/${name}`,
      input: ONE,
      answer: ACCOUNT,
      changes: true,
      async run(context, { id }, actor) {
        const manager = managerOf(actor)
        const before = await context.accounts.get(id, manager)
        const after = await context.accounts[name](id, manager)
        await record({ context, actor, audience }, `account.${name}`, before, after)
        return shown(after)
      },
    })

  return [
    verb({
      ...all,
      ...described('listAccounts'),
      name: `${prefix}account.list`,
      method: 'GET',
      path: '/accounts',
      input: NONE,
      answer: ACCOUNTS,
      changes: false,
      run: async ({ accounts }, _input, actor) => (await accounts.list(managerOf(actor))).map(shown),
    }),
    verb({
      ...all,
      ...described('addAccount'),
      name: `${prefix}account.add`,
      method: 'POST',
      path: '/accounts',
      input: NONE,
      hasOpenBody: true,
      answer: ACCOUNT,
      changes: true,
      async run(context, input: Record<string, unknown>, actor) {
        const account = await context.accounts.add(input as JsonObject, managerOf(actor)) // as it was sent
        await record({ context, actor, audience }, 'account.add', null, account)
        return shown(account)
      },
    }),
    verb({
      ...all,
      ...described('readAccountById'),
      name: `${prefix}account.show`,
      method: 'GET',
      path: '/accounts/:id',
      input: ONE,
      answer: ACCOUNT,
      changes: false,
      run: async ({ accounts }, { id }, actor) => shown(await accounts.get(id, managerOf(actor))),
    }),
    verb({
      ...all,
      ...described('changeAccount'),
      name: `${prefix}account.change`,
      method: 'PATCH',
      path: '/accounts/:id',
      input: ONE,
      hasOpenBody: true,
      answer: ACCOUNT,
      changes: true,
      async run(context, input, actor) {
        const manager = managerOf(actor)
        const before = await context.accounts.get(input.id, manager)
        const after = await context.accounts.change(input.id, bodyIn(input), manager)
        await record({ context, actor, audience }, 'account.change', before, after)
        return shown(after)
      },
    }),
    verb({
      ...all,
      ...described('removeAccount'),
      name: `${prefix}account.remove`,
      method: 'DELETE',
      path: '/accounts/:id',
      input: ONE,
      answer: REMOVED,
      changes: true,
      async run(context, { id }, actor) {
        const manager = managerOf(actor)
        const before = await context.accounts.get(id, manager)
        await context.accounts.remove(id, manager)
        await record({ context, actor, audience }, 'account.remove', before, null)
        return { id, removed: true }
      },
    }),
    switched('drain'),
    switched('resume'),
    switched('disable'),
    switched('enable'),
    verb({
      ...all,
      ...described('testAccount'),
      name: `${prefix}account.test`,
      method: 'POST',
      path: '/accounts/:id/test',
      input: ONE,
      answer: TEST,
      changes: false,
      run: async ({ accounts }, { id }, actor) => testBody(await accounts.test(id, managerOf(actor)), audience),
    }),
    verb({
      ...all,
      ...described('debugAccount'),
      name: `${prefix}account.debug`,
      method: 'GET',
      path: '/accounts/:id/debug',
      input: ONE,
      answer: DIAGNOSIS,
      changes: false,
      run: async ({ accounts }, { id }, actor) => debugBody(await accounts.debug(id, managerOf(actor)), audience),
    }),
    verb({
      ...all,
      ...described('listProviders'),
      name: `${prefix}account.providers`,
      method: 'GET',
      path: '/providers',
      input: NONE,
      answer: PROVIDERS,
      changes: false,
      run: async ({ accounts }) => providerBodies(accounts, audience),
    }),
  ] as const
}

export const ACCOUNT_VERBS = verbsFor('')

/** "Host your account": a tenant's own accounts, for its live keys. */
export const OWN_ACCOUNT_VERBS = [
  ...verbsFor('own.'),
  verb({
    name: 'own.pool.read',
    method: 'GET',
    path: '/account/pool',
    summary: '',
    describedAs: 'readPool',
    access: OWN_ACCESS,
    input: NONE,
    answer: POOL,
    changes: false,
    run: async ({ accounts }, _input, actor) => poolBody(await accounts.pool(callerOf(actor).tenantId)),
  }),
  verb({
    name: 'own.pool.change',
    method: 'PATCH',
    path: '/account/pool',
    summary: '',
    describedAs: 'changePool',
    access: OWN_ACCESS,
    input: NONE,
    hasOpenBody: true,
    answer: POOL,
    changes: true,
    async run(context, input: Static<typeof NONE>, actor) {
      const { tenantId } = callerOf(actor)
      const before = poolBody(await context.accounts.pool(tenantId))
      const set = readPoolPolicy(input as JsonObject) // as it was sent
      const after = poolBody(await context.accounts.changePool(tenantId, set))
      const change = { tenantId, subject: tenantId, before, after }
      await context.store.addAudit({ audit: auditOf(context, actor, 'pool.change', change) })
      return after
    },
  }),
] as const
