import { tmpdir } from 'node:os'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { MINUTE_MS } from '../core/clock.ts'
import { points } from '../core/points.ts'
import { type CheckParts, openChecks, troublesNow, type WatchedAccount } from './checks.ts'
import { watchForNotices } from './watch.ts'

const NOW = 1_000_000_000
const account = (id: string, rest: Partial<WatchedAccount> = {}): WatchedAccount => ({
  id,
  name: id,
  provider: 'luma',
  tenantId: null,
  state: 'connected',
  reason: '',
  retryAt: null,
  isUsable: true,
  ...rest,
})
const never = async (): Promise<never> => {
  throw new Error('The ledger is not read for this.')
}

function partsOf(accounts: WatchedAccount[], announced: string[]): Parameters<typeof troublesNow>[0] {
  const store: CheckParts['store'] & { listNotices(): Promise<string[]> } = {
    listNotices: async () => announced,
    listLowBalances: async () => [{ tenantId: 't1', name: 'One', available: points(1) }],
    listPausedReceivers: async () => [{ tenantId: 't1', host: 'a.example', failingSince: NOW }],
    reconcile: never,
    takeTurn: never,
  }
  const limits = { creditPoints: points(2), reconcileMs: 1, diskBytes: 2 ** 60 }
  const folders = { data: tmpdir() }
  return { store, clock: { now: () => NOW }, accounts: async () => accounts, folders, limits }
}

it('what is wrong now is found without a notice of it, by the settings of the notices', async () => {
  const accounts = [
    account('well'),
    account('misconfigured', { isUsable: false }),
    account('switched-off', { state: 'disabled', isUsable: false }),
    account('of-a-tenant', { tenantId: 't1', isUsable: false }),
    account('refused', { state: 'expired_credential' }),
    account('limited-shortly', { state: 'limited', retryAt: NOW + MINUTE_MS }),
    account('limited', { state: 'limited', retryAt: NOW + 60 * MINUTE_MS }),
  ]
  const announced = ['ledger all', 'disk another-machine data', 'account well', 'credit t2', 'webhooks t1 a.example']
  const found = await troublesNow(partsOf(accounts, announced))
  expect(
    found.map((one) => one.replace(/^disk \S+ data$/, (disk) => (disk.includes('another-') ? disk : 'disk here'))),
  ).toEqual([
    'ledger all',
    'disk another-machine data',
    'account misconfigured',
    'account refused',
    'account limited',
    'webhooks t1 a.example',
    'disk here',
    'credit t1',
  ])
})

it('of many tenants with little credit each is found, and one that is not found any more is over', async () => {
  const parts = partsOf([], [])
  const tenants = Array.from({ length: 2_000 }, (_, index) => `t${index + 1_000}`)
  const pages: (string | undefined)[] = []
  parts.store.listLowBalances = async ({ limit, afterId }) => {
    pages.push(afterId)
    const from = afterId === undefined ? 0 : tenants.indexOf(afterId) + 1
    return tenants.slice(from, from + limit).map((tenantId) => ({ tenantId, name: tenantId, available: points(1) }))
  }
  const check = openChecks(parts).find(({ kind }) => kind === 'credit')
  const found = await check?.look(new Set())
  expect(found?.troubles.map(({ details }) => details.tenantId)).toEqual(tenants)
  expect(found?.covers('credit t1')).toBe(true)
  expect(pages).toEqual([undefined, 't1999', 't2999'])
})

it('an account that was removed or switched off does not take work again', async () => {
  const parts = partsOf([account('well'), account('off', { state: 'disabled' })], [])
  const known = new Set(['account well', 'account off', 'account removed'])
  const messages: string[] = []
  const stop = watchForNotices({
    store: {
      listNotices: async () => [...known],
      beginNotice: async () => true,
      endNotice: async ({ subject }) => known.delete(subject),
    },
    checks: openChecks(parts).filter(({ kind }) => kind === 'account'),
    ways: { here: async (_id, { type, message }) => void messages.push(`${type}: ${message}`) },
    clock: parts.clock,
    log: pino({ level: 'silent' }),
    everyMs: 60_000,
  })
  await expect.poll(() => messages).toHaveLength(3)
  await stop()
  expect(messages.toSorted()).toEqual([
    'account.back: No longer in use: account off.',
    'account.back: No longer in use: account removed.',
    'account.back: The account well takes work again.',
  ])
})
