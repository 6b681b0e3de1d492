import { call } from '../../api/client.ts'
import type {
  Account,
  AccountChange,
  AccountFindings,
  AccountNew,
  AccountProvider,
  AccountTest,
} from '../../api/routes.ts'

export type Switch = 'drain' | 'resume' | 'disable' | 'enable'

/** What can be done with accounts: the tenant's own, or, for operators, those of the whole gateway. */
export interface AccountsApi {
  of: 'own' | 'operator'
  list(): Promise<Account[]>
  providers(): Promise<AccountProvider[]>
  add(body: AccountNew): Promise<Account>
  change(id: string, body: AccountChange): Promise<Account>
  remove(id: string): Promise<unknown>
  test(id: string): Promise<AccountTest>
  debug(id: string): Promise<AccountFindings>
  turn(id: string, to: Switch): Promise<unknown>
}

export const ownAccounts: AccountsApi = {
  of: 'own',
  list: () => call('GET /api/v1/accounts'),
  providers: () => call('GET /api/v1/providers'),
  add: (body) => call('POST /api/v1/accounts', { body }),
  change: (id, body) => call('PATCH /api/v1/accounts/{id}', { path: { id }, body }),
  remove: (id) => call('DELETE /api/v1/accounts/{id}', { path: { id } }),
  test: (id) => call('POST /api/v1/accounts/{id}/test', { path: { id } }),
  debug: (id) => call('GET /api/v1/accounts/{id}/debug', { path: { id } }),
  turn: (id, to) => call(`POST /api/v1/accounts/{id}/${to}`, { path: { id } }),
}

export const operatorAccounts: AccountsApi = {
  of: 'operator',
  list: () => call('GET /api/admin/accounts'),
  providers: () => call('GET /api/admin/providers'),
  add: (body) => call('POST /api/admin/accounts', { body }),
  change: (id, body) => call('PATCH /api/admin/accounts/{id}', { path: { id }, body }),
  remove: (id) => call('DELETE /api/admin/accounts/{id}', { path: { id } }),
  test: (id) => call('POST /api/admin/accounts/{id}/test', { path: { id } }),
  debug: (id) => call('GET /api/admin/accounts/{id}/debug', { path: { id } }),
  turn: (id, to) => call(`POST /api/admin/accounts/{id}/${to}`, { path: { id } }),
}
