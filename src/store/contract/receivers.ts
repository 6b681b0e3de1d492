import { expect, it } from 'vitest'
import { DAY_MS } from '../../core/clock.ts'
import type { Delivery } from '../../core/delivery.ts'
import { newId } from '../../core/ids.ts'
import { STANDINGS, type Standing } from '../../core/receiver.ts'
import type { Bench } from '../contract.ts'
import { attempted, claimedDeliveries, LEASE_MS, NOTHING, only, START } from './samples.ts'

export function receiversContract(bench: Bench): void {
  const add = (tenantId: string, host: string, count = 1, now = START) =>
    bench.store.addDeliveries({
      taskId: newId(START),
      tenantId,
      deliveries: Array.from({ length: count }, () => ({ url: `https://${host}/hook`, body: '{}', headers: {} })),
      now,
    })
  const claim = (now = START, limit = 1) => claimedDeliveries(bench.store, { limit, now })
  const due = async ({
    now = START,
    perTenant = 99,
    standings = STANDINGS as readonly Standing[],
    except = {},
  } = {}) => {
    while ((await bench.store.queueDeliveries({ limit: 100, now })) > 0);
    const found = await bench.store.listDueReceivers({ standings, perTenant, except: { ...NOTHING, ...except }, now })
    return found.map(({ tenantId, host }) => `${tenantId} ${host}`)
  }
  const unanswered = (delivery: Delivery, at: number) =>
    attempted(bench.store, delivery, {
      at,
      httpStatus: null,
      error: 'refused',
      status: 'pending',
      dueAt: at + 1,
    })
  /** Opens the circuit by three failures in a row. Returns when it is tried again. */
  const openCircuit = async () => {
    for (const at of [START, START + 10, START + 20]) await unanswered(only(await claim(at)), at)
    return START + 21 + 5_000 // the last attempt took a millisecond, the first pause is 5 s
  }

  it('receivers with due deliveries are listed, equally many of every tenant at most', async () => {
    await add('t1', 'a.example', 3)
    await add('t1', 'b.example', 1, START - 1)
    await add('t1', 'c.example', 1, START + 5)
    await add('t2', 'a.example')
    expect(await due()).toEqual(['t1 b.example', 't1 a.example', 't2 a.example'])
    expect(await due({ perTenant: 1 })).toEqual(['t1 b.example', 't2 a.example'])
    expect(await due({ now: START + 5 })).toContain('t1 c.example')
    await claim(START, 9)
    expect(await due()).toEqual([])
  })

  it('receivers that cannot be sent to now are left out', async () => {
    await add('t1', 'a.example')
    await add('t1', 'b.example')
    await add('t2', 'a.example')
    await add('t3', 'a.example')
    expect(await due({ except: { tenants: ['t1'] } })).toEqual(['t2 a.example', 't3 a.example'])
    expect(await due({ except: { hosts: ['a.example'] } })).toEqual(['t1 b.example'])
    const receivers = [
      { tenantId: 't1', host: 'a.example' },
      { tenantId: 't2', host: 'a.example' },
    ]
    expect(await due({ except: { receivers } })).toEqual(['t1 b.example', 't3 a.example'])
    expect(await due({ except: { receivers, tenants: ['t1'], hosts: ['a.example'] } })).toEqual([])
  })

  it.each([
    { httpStatus: 200, durationMs: 20, standing: 'quick' },
    { httpStatus: 500, durationMs: 20, standing: 'quick' },
    { httpStatus: 200, durationMs: 5_000, standing: 'slow' },
    { httpStatus: null, durationMs: 20, standing: 'failing' },
  ] as const)(
    'a receiver has the standing $standing after $httpStatus in $durationMs ms',
    async ({ standing, ...attempt }) => {
      await add('t1', 'a.example', 2)
      expect(await due({ standings: ['new'] })).toHaveLength(1)
      await attempted(bench.store, only(await claim()), attempt)
      expect(await due({ standings: [standing] })).toEqual(['t1 a.example'])
      expect(await due({ standings: STANDINGS.filter((one) => one !== standing) })).toEqual([])
    },
  )

  it('a receiver gets nothing while its circuit is open, and then one delivery for all processes', async () => {
    await add('t1', 'a.example', 4)
    const retryAt = await openCircuit()
    await add('t2', 'a.example')
    expect(await due({ now: retryAt - 1 })).toEqual(['t2 a.example'])
    expect((await claim(retryAt - 1, 9)).map(({ tenantId }) => tenantId)).toEqual(['t2'])
    expect(await bench.store.nextDeliveryAt({})).toBe(retryAt)
    const probe = only(await claim(retryAt, 9))
    const other = await bench.place.open()
    expect(await claimedDeliveries(other, { now: retryAt })).toEqual([])
    await other.close()
    await attempted(bench.store, probe, { at: retryAt, dueAt: retryAt })
    expect(await claim(retryAt, 9)).toHaveLength(3)
  })

  it('a receiver is tried again after a longer pause when the one delivery fails', async () => {
    await add('t1', 'a.example', 4)
    const retryAt = await openCircuit()
    await unanswered(only(await claim(retryAt, 9)), retryAt)
    expect(await bench.store.nextDeliveryAt({})).toBe(retryAt + 1 + 10_000)
    expect(await claim(retryAt + 10_000, 9)).toEqual([])
    expect(await claim(retryAt + 1 + 10_000, 9)).toHaveLength(1)
  })

  it('a receiver is tried again when the process that tried it has died', async () => {
    await add('t1', 'a.example', 4)
    const retryAt = await openCircuit()
    only(await claim(retryAt, 9))
    expect(await claim(retryAt + LEASE_MS - 1, 9)).toEqual([])
    expect(await claim(retryAt + LEASE_MS, 9)).toHaveLength(1)
  })

  it('the circuit of a receiver stays open when a new delivery arrives', async () => {
    await add('t1', 'a.example', 1)
    const retryAt = await openCircuit()
    await add('t1', 'a.example', 1, START + 30)
    expect(await claim(retryAt - 1, 9)).toEqual([])
    expect(await bench.store.nextDeliveryAt({})).toBe(retryAt)
  })

  it('a receiver is tried at once when one of its deliveries is replayed', async () => {
    await add('t1', 'a.example', 2)
    await openCircuit()
    const [{ id } = { id: '' }] = await bench.store.listDeliveries({ tenantId: 't1', limit: 1 })
    expect(await claim(START + 50, 9)).toEqual([])
    await bench.store.replayDelivery({ id, tenantId: 't1', now: START + 50 })
    expect(await claim(START + 50, 9)).toHaveLength(1)
  })

  it('deliveries to a receiver are given up only when it has not answered for days', async () => {
    await add('t1', 'a.example', 3)
    await openCircuit()
    await add('t1', 'a.example', 1, START + DAY_MS)
    const later = START + 3 * DAY_MS
    const args = { dueBefore: START + 100, failedAfter: later, limit: 2 }
    // Not before the receiver was tried again: it may be back.
    expect(await bench.store.giveUpDeliveries({ ...args, now: later })).toEqual([])
    const probe = only(await claim(later))
    expect(await bench.store.giveUpDeliveries({ ...args, now: later + 1 })).toEqual([])
    await unanswered(probe, later)
    expect(await bench.store.giveUpDeliveries({ ...args, dueBefore: START, now: later + 1 })).toEqual([])
    expect(await bench.store.giveUpDeliveries({ ...args, now: later + 1 })).toHaveLength(2)
    expect(await bench.store.giveUpDeliveries({ ...args, now: later + 1 })).toEqual([])
    const left = await bench.store.listDeliveries({ tenantId: 't1', limit: 9 })
    expect(left.filter(({ status }) => status === 'pending')).toHaveLength(2)
    const given = left.filter(({ status }) => status === 'failed')
    expect(given.map(({ attempts, log }) => attempts === log.length)).toEqual([true, true])
    expect(given[0]?.log.at(-1)).toMatchObject({ httpStatus: null, error: expect.stringContaining('given up') })
  })

  it('a receiver is forgotten when nothing waits for it and it was not used for long', async () => {
    await add('t1', 'a.example')
    await attempted(bench.store, only(await claim()), { dueAt: START })
    await add('t1', 'b.example')
    await claim()
    await bench.store.forgetReceivers({ usedBefore: START })
    const hosts = () => bench.place.sql('select host from receivers order by host')
    expect(await hosts()).toEqual([{ host: 'a.example' }, { host: 'b.example' }])
    await bench.store.forgetReceivers({ usedBefore: START + 1 })
    expect(await hosts()).toEqual([{ host: 'b.example' }])
  })

  it('a delivery that an earlier version claimed and put back is found again', async () => {
    await add('t1', 'a.example')
    await bench.store.queueDeliveries({ limit: 9, now: START })
    await bench.place.sql(`update deliveries set due_at = ${START + 70} returning id`)
    expect(await claim(START + 1)).toEqual([])
    expect(await bench.store.nextDeliveryAt({})).toBe(START + 70)
    expect(await claim(START + 70)).toHaveLength(1)
  })
}
