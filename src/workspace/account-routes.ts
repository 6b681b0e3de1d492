import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readPoolPolicy } from '../accounts/account-input.ts'
import type { AccountAdmin } from '../accounts/admin.ts'
import type { ManagedAccount, Manager } from '../accounts/managed-account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { describedBy } from '../dialects/kit/described.ts'
import { objectIn } from '../dialects/kit/fields.ts'
import { type Audience, accountBody, debugBody, poolBody, providerBodies, testBody } from './account-bodies.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

interface OneAccount {
  Params: { id: string }
}

/** Verbs that change one account and read no body. */
const SWITCHES = ['drain', 'resume', 'disable', 'enable'] as const

/** All accounts, for admin keys. Registered below `/api/admin`. */
export function operatorRoutes(app: FastifyInstance, accountAdmin: AccountAdmin): void {
  app.addHook('onRequest', async ({ caller }) => {
    if (caller.role !== 'admin') throw new PolyphonyError('forbidden', 'This needs an admin key.')
  })
  accountRoutes(app, accountAdmin, { at: '/accounts', audience: 'operator', managerOf: () => 'operator' })
  app.get('/providers', described('listProviders.admin'), async () => success(providerBodies(accountAdmin, 'operator')))
}

/** "Host your account": a tenant's own accounts, for its live keys. */
export function tenantRoutes(app: FastifyInstance, accountAdmin: AccountAdmin): void {
  // Test keys are shared more freely, and never use a tenant's accounts.
  app.addHook('onRequest', async ({ caller }) => {
    if (caller.mode !== 'live') throw new PolyphonyError('forbidden', 'This needs a live key.')
  })
  accountRoutes(app, accountAdmin, {
    at: '/api/v1/accounts',
    audience: 'tenant',
    managerOf: ({ caller: { tenantId } }) => ({ tenantId }),
  })
  app.get('/api/v1/providers', described('listProviders'), async () => success(providerBodies(accountAdmin, 'tenant')))
  app.get('/api/v1/account/pool', described('readPool'), async ({ caller }) =>
    success(poolBody(await accountAdmin.pool(caller.tenantId))),
  )
  app.patch('/api/v1/account/pool', described('changePool'), async (request) => {
    const { tenantId } = request.caller
    const pool = await accountAdmin.changePool(tenantId, readPoolPolicy(objectIn(request.body)))
    logChange(request, 'pool')
    return success(poolBody(pool))
  })
}

/** What operators and tenants have both, each with a description of their own. */
type InBoth = {
  [Name in keyof Descriptions]: `${Name}.admin` extends keyof Descriptions ? Name : never
}[keyof Descriptions]

interface Routing {
  at: string
  audience: Audience
  managerOf: (request: FastifyRequest) => Manager
}

function accountRoutes(app: FastifyInstance, accountAdmin: AccountAdmin, { at, audience, managerOf }: Routing): void {
  const shown = (account: ManagedAccount) => success(accountBody(account, audience))
  const describedFor = (name: InBoth) => described(audience === 'operator' ? `${name}.admin` : name)

  app.get(at, describedFor('listAccounts'), async (request) => {
    const accounts = await accountAdmin.list(managerOf(request))
    return success(accounts.map((account) => accountBody(account, audience)))
  })
  app.post(at, describedFor('addAccount'), async (request) => {
    const account = await accountAdmin.add(objectIn(request.body), managerOf(request))
    logChange(request, 'add', account.id)
    return shown(account)
  })
  app.get<OneAccount>(`${at}/:id`, describedFor('readAccountById'), async (request) =>
    shown(await accountAdmin.get(request.params.id, managerOf(request))),
  )
  app.patch<OneAccount>(`${at}/:id`, describedFor('changeAccount'), async (request) => {
    const { id } = request.params
    const account = await accountAdmin.change(id, objectIn(request.body), managerOf(request))
    logChange(request, 'change', id)
    return shown(account)
  })
  app.delete<OneAccount>(`${at}/:id`, describedFor('removeAccount'), async (request) => {
    const { id } = request.params
    await accountAdmin.remove(id, managerOf(request))
    logChange(request, 'remove', id)
    return success({ id, removed: true })
  })
  for (const verb of SWITCHES) {
    app.post<OneAccount>(`${at}/:id/${verb}`, describedFor(`${verb}Account`), async (request) => {
      const { id } = request.params
      const account = await accountAdmin[verb](id, managerOf(request))
      logChange(request, verb, id)
      return shown(account)
    })
  }
  app.post<OneAccount>(`${at}/:id/test`, describedFor('testAccount'), async (request) =>
    success(testBody(await accountAdmin.test(request.params.id, managerOf(request)), audience)),
  )
  app.get<OneAccount>(`${at}/:id/debug`, describedFor('debugAccount'), async (request) =>
    success(debugBody(await accountAdmin.debug(request.params.id, managerOf(request)), audience)),
  )
}

/** Logs who changed what, so that the operator can look it up. */
function logChange({ log, caller }: FastifyRequest, did: string, account?: string): void {
  log.info({ did, account, key: caller.keyId, tenant: caller.tenantId }, 'accounts were changed by a key')
}

function success(data: Json | JsonObject[]): { code: number; data: Json; message: string } {
  return { code: 200, data, message: 'success' }
}
