import { expect, it } from 'vitest'
import { type AccountRecord, HEALTHY } from '../../core/account.ts'
import { accountPool } from '../../core/pools.ts'
import type { Bench } from '../contract.ts'
import type { AccountChange, Signal } from '../store.ts'
import { requeue, settle } from './moves.ts'
import { aClaimedTask, anEnd, aPayer, aTask, aTenant, claimed, POOL, START, submitted } from './samples.ts'

function anAccount(id: string, with_: Partial<AccountRecord> = {}): AccountRecord {
  return {
    ...HEALTHY,
    id,
    tenantId: null,
    provider: 'lumen',
    name: id,
    sealed: null,
    serves: null,
    slots: 5,
    weight: 1,
    priority: 0,
    dailyCap: null,
    priceFactor: 1,
    isDraining: false,
    mode: 'live',
    createdAt: START,
    version: 0,
    ...with_,
  }
}

/** Accounts at providers: their records, and what runs on them. */
export function accountsContract(bench: Bench): void {
  const list = () => bench.store.listAccounts({})

  it('stores every field of an account, and lists accounts in the order of their creation', async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
    const full = anAccount('full', {
      tenantId: 't1',
      sealed: 'v1.abc.def',
      serves: ['lumen', 'lumen/clip-2/text_to_video'],
      slots: 100_000,
      weight: 3,
      priority: -2,
      dailyCap: 7,
      priceFactor: 0.15,
      isDraining: true,
      mode: 'test',
      state: 'limited',
      reason: 'Too many “requests”.',
      retryAt: START + 5,
      troubles: 4,
      strikes: 9,
      createdAt: START + 1,
      version: 3,
    })
    const plain = anAccount('plain')
    for (const account of [full, plain]) await bench.store.createAccount({ account })
    expect(await list()).toEqual([plain, full])
  })

  it('returns an account by its id, and undefined for an id that no account has', async () => {
    await bench.store.createAccount({ account: anAccount('a1') })
    const second = anAccount('a2', { serves: ['lumen'], isDraining: true })
    await bench.store.createAccount({ account: second })
    expect(await bench.store.getAccount({ id: 'a2' })).toEqual(second)
    expect(await bench.store.getAccount({ id: 'a3' })).toBeUndefined()
  })

  it('lists the accounts of one tenant, of the operator, or of all', async () => {
    for (const id of ['t1', 't2']) await bench.store.createTenant({ tenant: aTenant(id) })
    for (const [id, tenantId] of [
      ['a', 't1'],
      ['b', null],
      ['c', 't1'],
    ] as const) {
      await bench.store.createAccount({ account: anAccount(id, { tenantId }) })
    }
    const idsOf = async (args: { tenantId?: string | null }) =>
      (await bench.store.listAccounts(args)).map(({ id }) => id)
    expect(await idsOf({ tenantId: 't1' })).toEqual(['a', 'c'])
    expect(await idsOf({ tenantId: 't2' })).toEqual([])
    expect(await idsOf({ tenantId: null })).toEqual(['b'])
    expect(await idsOf({})).toEqual(['a', 'b', 'c'])
  })

  it('keeps the first of two accounts with one id, also when they are created at once', async () => {
    const other = await bench.place.open()
    await Promise.all(
      [bench.store, other, bench.store, other].map((store, n) =>
        store.createAccount({ account: anAccount('env:lumen', { slots: n + 1 }) }),
      ),
    )
    await other.close()
    const [first, ...rest] = await list()
    expect(rest).toEqual([])
    await bench.store.createAccount({ account: anAccount('env:lumen', { slots: 99 }) })
    expect(await list()).toEqual([first])
  })

  it('refuses an account of an unknown tenant', async () => {
    const account = anAccount('stray', { tenantId: 'nobody' })
    await expect(bench.store.createAccount({ account })).rejects.toMatchObject({ code: 'internal' })
    expect(await list()).toEqual([])
  })

  const changes: AccountChange[] = [
    { name: 'another' },
    { sealed: 'v1.x.y' },
    { serves: ['lumen'] },
    { serves: null },
    { slots: 9 },
    { weight: 2 },
    { priority: -1 },
    { dailyCap: 10 },
    { dailyCap: null },
    { priceFactor: 0 },
    { isDraining: true },
    { mode: 'test' },
    { state: 'expired_credential', reason: 'no such key', retryAt: START + 9, troubles: 2, strikes: 1 },
    { state: 'connected', reason: '', retryAt: null, troubles: 0, strikes: 0 },
  ]
  it.each(changes)('changes only the named fields of an account: %j', async (set) => {
    const account = anAccount('a1', {
      serves: ['lumen/clip-2'],
      dailyCap: 3,
      retryAt: START,
      state: 'limited',
      version: 4,
    })
    for (const one of [account, anAccount('a2', { createdAt: START + 1 })]) {
      await bench.store.createAccount({ account: one })
    }
    expect(await bench.store.changeAccount({ id: 'a1', version: 4, set })).toBe(true)
    expect(await list()).toEqual([{ ...account, ...set, version: 5 }, anAccount('a2', { createdAt: START + 1 })])
  })

  it('refuses to change an account from an older version, or one that does not exist', async () => {
    await bench.store.createAccount({ account: anAccount('a1') })
    expect(await bench.store.changeAccount({ id: 'a1', version: 0, set: { slots: 2 } })).toBe(true)
    expect(await bench.store.changeAccount({ id: 'a1', version: 0, set: { slots: 3 } })).toBe(false)
    expect(await bench.store.changeAccount({ id: 'a2', version: 0, set: { slots: 3 } })).toBe(false)
    expect(await list()).toMatchObject([{ slots: 2, version: 1 }])
  })

  it('accepts one of several simultaneous changes of the same version of an account', async () => {
    await bench.store.createAccount({ account: anAccount('a1') })
    const other = await bench.place.open()
    const changed = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? other : bench.store).changeAccount({ id: 'a1', version: 0, set: { slots: 10 + n } }),
      ),
    )
    await other.close()
    expect(changed.filter(Boolean)).toHaveLength(1)
    expect(await list()).toMatchObject([{ slots: 10 + changed.indexOf(true), version: 1 }])
  })

  it('removes an account only while no task runs on it', async () => {
    await aPayer(bench.store)
    await bench.store.createAccount({ account: anAccount('a1') })
    const task = await aClaimedTask(bench.store)
    expect(await bench.store.removeAccount({ id: 'a1' })).toBe(false)
    expect(await list()).toHaveLength(1)
    await settle(bench.store, anEnd(task))
    expect(await bench.store.removeAccount({ id: 'a1' })).toBe(true)
    expect(await list()).toEqual([])
    // Its attempts stay on record.
    expect(await bench.store.listAttempts({ taskId: task.id })).toMatchObject([{ account: 'a1' }])
    expect(await bench.store.listLoads({ now: START })).toEqual([{ account: 'a1', running: 0, begunToday: 1 }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('keeps an account as long as tasks wait for it alone, parked ones included', async () => {
    await aPayer(bench.store, { tenant: { maxConcurrent: 1 } })
    const account = anAccount('a1')
    await bench.store.createAccount({ account })
    const pool = accountPool(account)
    const [waiting, parked] = [aTask({ pool }), aTask({ pool })]
    await submitted(bench.store, waiting, parked)
    const stored = await bench.store.getTasks({ ids: [waiting.id, parked.id] })
    expect(stored.map(({ status }) => status).toSorted()).toEqual(['pending', 'staged'])
    expect(await bench.store.removeAccount({ id: 'a1' })).toBe(false)
    expect(await list()).toHaveLength(1)
  })

  it('removes an account whose only task went back to waiting', async () => {
    await aPayer(bench.store)
    await bench.store.createAccount({ account: anAccount('a1') })
    const task = await aClaimedTask(bench.store)
    await requeue(bench.store, { id: task.id, claim: task.claim, dueAt: START, log: 'busy', now: START })
    expect(await bench.store.removeAccount({ id: 'a1' })).toBe(true)
    expect(await claimed(bench.store, 1, { account: 'a2' })).toMatchObject([{ id: task.id, account: 'a2' }])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('reports the load of accounts over all of their pools', async () => {
    await aPayer(bench.store)
    expect(await bench.store.listLoads({ now: START })).toEqual([])
    await submitted(bench.store, aTask(), aTask(), aTask())
    const tasks = await claimed(bench.store, 2)
    await claimed(bench.store, 1, { account: 'a2' })
    for (const task of tasks.slice(1)) await settle(bench.store, anEnd(task))
    const loads = await bench.store.listLoads({ now: START })
    expect(loads.toSorted((a, b) => a.account.localeCompare(b.account))).toEqual([
      { account: 'a1', running: 1, begunToday: 2 },
      { account: 'a2', running: 1, begunToday: 1 },
    ])
    expect(await bench.store.listWaiting({})).toEqual([])
    expect(tasks[0]?.pool).toBe(POOL)
  })

  it('signals to every node that an account was added, changed or removed, and nothing else', async () => {
    const heard: Signal[] = []
    const stop = bench.store.onSignal((signal) => heard.push(signal))
    const other = bench.store.engine === 'sqlite' ? undefined : await bench.place.open()
    const overThere: Signal[] = []
    other?.onSignal((signal) => overThere.push(signal))
    const writes: (() => Promise<unknown>)[] = [
      () => bench.store.createAccount({ account: anAccount('a1') }),
      () => bench.store.changeAccount({ id: 'a1', version: 0, set: { slots: 2 } }),
      () => bench.store.removeAccount({ id: 'a1' }),
    ]
    for (const [n, write] of writes.entries()) {
      await write()
      await expect.poll(() => heard).toHaveLength(n + 1)
      // A signal that is repeated before it was sent is sent once.
      if (other) await expect.poll(() => overThere).toHaveLength(n + 1)
    }
    const expected: Signal[] = writes.map(() => ({ kind: 'accounts' }))
    expect(heard).toEqual(expected)
    await bench.store.changeAccount({ id: 'a1', version: 9, set: { slots: 2 } })
    if (other) await expect.poll(() => overThere).toEqual(expected)
    stop()
    await other?.close()
    expect(heard).toEqual(expected)
  })
}
