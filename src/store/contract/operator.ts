import { beforeEach, expect, it } from 'vitest'
import type { Announcement } from '../../core/announcement.ts'
import type { AuditEntry } from '../../core/audit.ts'
import { DAY_MS, MINUTE_MS } from '../../core/clock.ts'
import type { Payment } from '../../core/payment.ts'
import { points } from '../../core/points.ts'
import type { TopUpCode } from '../../core/top-up-code.ts'
import type { Bench } from '../contract.ts'
import { aPayer, aTask, aTenant, OPERATION, POOL, START, submitted } from './samples.ts'

function aCode(id: string, with_: Partial<TopUpCode> = {}): TopUpCode {
  const open = { expiresAt: null, revokedAt: null, redeemedAt: null, redeemedFor: null, redeemedBy: null }
  const own = { id, hash: `hash of ${id}`, prefix: 'POLY', amount: points(500), tenantId: null, note: null }
  return { ...own, createdBy: 'k1', createdAt: START, ...open, ...with_ }
}

function aPayment(id: string, with_: Partial<Payment> = {}): Payment {
  const open = { externalId: null, status: 'open', endedAt: null } as const
  const own = { id, tenantId: 't1', provider: 'stripe', amount: points(700) }
  return { ...own, createdBy: 'person:p1', createdAt: START, ...open, ...with_ }
}

function anAnnouncement(id: string, with_: Partial<Announcement> = {}): Announcement {
  const own = { id, text: `text of ${id}`, tone: 'info', tenantId: null } as const
  return { ...own, createdBy: 'k1', createdAt: START, beginsAt: START, endsAt: null, ...with_ }
}

const anAudit = (verb: string): AuditEntry => {
  const nothing = { address: null, subject: null, before: null, after: null }
  return { at: START, actor: 'k1', verb, tenantId: 't1', ...nothing }
}

export function operatorContract(bench: Bench): void {
  beforeEach(async () => {
    for (const id of ['t1', 't2']) await bench.store.createTenant({ tenant: aTenant(id) })
  })
  const redeem = (id: string, tenantId = 't1', now = START) =>
    bench.store.redeemTopUpCode({
      hash: `hash of ${id}`,
      tenantId,
      redeemedBy: 'person:p1',
      now,
      audit: anAudit('code.redeem'),
    })

  it('a code is redeemed once, however many try at the same time, and its credit is in the ledger and the audit', async () => {
    await bench.store.createTopUpCodes({ codes: [aCode('c1')] })
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => redeem('c1')))
    expect(outcomes.filter(({ outcome }) => outcome === 'redeemed')).toEqual([
      { outcome: 'redeemed', id: 'c1', amount: 500 },
    ])
    expect(outcomes.filter(({ outcome }) => outcome === 'used')).toHaveLength(7)
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 500, credited: 500 })
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 10 })).toMatchObject([
      { id: 'code:c1', kind: 'credit', memo: 'code POLY…', available: 500 },
    ])
    expect(await bench.store.listAudit({ limit: 10 })).toMatchObject([{ verb: 'code.redeem', subject: 'c1' }])
    expect(await bench.store.getTopUpCode({ id: 'c1' })).toMatchObject({ redeemedFor: 't1', redeemedBy: 'person:p1' })
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a code that expired, was revoked, is unknown or for another tenant books nothing', async () => {
    const codes = [
      aCode('c1', { expiresAt: START + DAY_MS }),
      aCode('c2'),
      aCode('c3', { tenantId: 't2' }),
      aCode('c4', { expiresAt: START + DAY_MS }),
    ]
    await bench.store.createTopUpCodes({ codes })
    expect(await bench.store.revokeTopUpCode({ id: 'c2', now: START })).toBe(true)
    expect(await bench.store.revokeTopUpCode({ id: 'c2', now: START })).toBe(false)
    expect(await redeem('c1', 't1', START + DAY_MS)).toEqual({ outcome: 'over' })
    expect(await redeem('c2')).toEqual({ outcome: 'over' })
    expect(await redeem('c3')).toEqual({ outcome: 'unknown' })
    expect(await redeem('c9')).toEqual({ outcome: 'unknown' })
    expect(await bench.store.listLedger({ tenantId: 't1', limit: 10 })).toEqual([])
    expect(await redeem('c4', 't1', START + DAY_MS - 1)).toMatchObject({ outcome: 'redeemed' })
    expect(await redeem('c3', 't2')).toMatchObject({ outcome: 'redeemed' })
    expect(await bench.store.revokeTopUpCode({ id: 'c3', now: START })).toBe(false)
    expect((await bench.store.listTopUpCodes({ limit: 2 })).map(({ id }) => id)).toEqual(['c4', 'c3'])
    expect((await bench.store.listTopUpCodes({ beforeId: 'c3', limit: 9 })).map(({ id }) => id)).toEqual(['c2', 'c1'])
  })

  it('a payment is booked once, however often the provider says that it was paid, and also after it was given up', async () => {
    for (const payment of [aPayment('p1'), aPayment('p2', { tenantId: 't2' })]) {
      await bench.store.createPayment({ payment, audit: anAudit('payment.create') })
    }
    await bench.store.namePayment({ id: 'p1', externalId: 'cs_1' })
    const settle = (id: string) => bench.store.settlePayment({ id, externalId: 'cs_1', now: START + 1 })
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => settle('p1')))
    expect(outcomes.sort()).toEqual(['paid', ...Array(5).fill('paid_before')])
    expect(await settle('p9')).toBe('unknown')
    expect(await bench.store.endPayment({ id: 'p1', status: 'expired', now: START })).toBe(false)
    expect(await bench.store.endPayment({ id: 'p2', status: 'expired', now: START })).toBe(true)
    expect(await settle('p2')).toBe('paid')
    expect(await bench.store.getBalance({ tenantId: 't1' })).toMatchObject({ available: 700 })
    expect(await bench.store.getBalance({ tenantId: 't2' })).toMatchObject({ available: 700 })
    expect(await bench.store.listPayments({ tenantId: 't1', limit: 9 })).toEqual([
      aPayment('p1', { externalId: 'cs_1', status: 'paid', endedAt: START + 1 }),
    ])
    expect((await bench.store.listPayments({ tenantId: null, limit: 9 })).map(({ id }) => id)).toEqual(['p2', 'p1'])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a payment goes back once for each refund, to nothing at most, and what was taken returns when the refund fails', async () => {
    const audit = anAudit('payment.refund')
    const calm = { hasFrozen: false }
    const reverse = (reversalId: string, amount: number, isUndone = false, id = 'p1') =>
      bench.store.reversePayment({ id, reversalId, amount: points(amount), isUndone, memo: 'm', now: START, audit })
    const available = async () => (await bench.store.getBalance({ tenantId: 't1' }))?.available
    expect(await reverse('re_1', 300)).toEqual({ outcome: 'unknown', moved: 0, ...calm })
    await bench.store.createPayment({ payment: aPayment('p1'), audit })
    expect(await reverse('re_1', 300)).toEqual({ outcome: 'not_paid', moved: 0, ...calm })
    await bench.store.settlePayment({ id: 'p1', externalId: 'cs_1', now: START })
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => reverse('re_1', 300)))
    expect(outcomes.filter(({ outcome }) => outcome === 'booked')).toEqual([{ outcome: 'booked', moved: 300, ...calm }])
    expect(await available()).toBe(400)
    expect(await reverse('du_1', 500)).toEqual({ outcome: 'booked', moved: 400, ...calm })
    expect(await reverse('re_2', 100)).toEqual({ outcome: 'booked', moved: 0, ...calm })
    await bench.store.credit({ id: 'c', tenantId: 't1', amount: points(50), memo: '', now: START })
    expect(await reverse('re_2', 100)).toEqual({ outcome: 'booked_before', moved: 0, ...calm })
    expect(await reverse('du_1', 500, true)).toEqual({ outcome: 'booked', moved: 400, ...calm })
    expect(await reverse('du_1', 500, true)).toEqual({ outcome: 'booked_before', moved: 0, ...calm })
    expect(await reverse('re_3', 10, true)).toEqual({ outcome: 'booked', moved: 0, ...calm })
    expect(await reverse('re_3', 10)).toEqual({ outcome: 'undone_before', moved: 0, ...calm })
    expect(await reverse('re_3', 10)).toEqual({ outcome: 'booked_before', moved: 0, ...calm })
    expect(await available()).toBe(450)
    const refunds = (await bench.store.listLedger({ tenantId: 't1', limit: 9 })).filter(({ kind }) => kind === 'refund')
    expect(refunds.map(({ available: moved }) => moved)).toEqual([400, -400, -300])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a tenant whose tasks hold what a payment that goes back would take is frozen, once', async () => {
    const { store } = bench
    const audit = anAudit('payment.dispute')
    await aPayer(store, { id: 't3', credit: 0 })
    await store.createPayment({ payment: { ...aPayment('p3'), tenantId: 't3', amount: points(1_000) }, audit })
    await store.settlePayment({ id: 'p3', externalId: 'cs_3', now: START })
    await submitted(store, aTask({ tenantId: 't3', keyId: 'k3', pricePoints: points(900) }))
    const reverse = (reversalId: string, amount: number) =>
      store.reversePayment({
        ...{ id: 'p3', reversalId, amount: points(amount), isUndone: false, memo: 'm', now: START + 5, audit },
      })
    const frozenAt = async () => (await store.getTenant({ id: 't3' }))?.frozenAt
    expect(await reverse('re_1', 60)).toEqual({ outcome: 'booked', moved: 60, hasFrozen: false })
    expect(await frozenAt()).toBeNull()
    expect(await reverse('du_1', 940)).toEqual({ outcome: 'booked', moved: 40, hasFrozen: true })
    expect(await frozenAt()).toBe(START + 5)
    expect(await reverse('du_2', 1)).toEqual({ outcome: 'booked', moved: 0, hasFrozen: false })
    expect(await store.listAudit({ verb: 'tenant.freeze', limit: 9 })).toMatchObject([
      { tenantId: 't3', subject: 't3', actor: audit.actor },
    ])
    expect(await store.reconcile({})).toEqual([])
  })

  it('an announcement is shown from its beginning to its end, to its tenant or to all', async () => {
    const all = [
      anAnnouncement('a1'),
      anAnnouncement('a2', { beginsAt: START + DAY_MS }),
      anAnnouncement('a3', { endsAt: START + 1 }),
      anAnnouncement('a4', { tenantId: 't2', tone: 'warning' }),
    ]
    for (const announcement of all) await bench.store.createAnnouncement({ announcement })
    const shown = async (tenantId: string, now: number) =>
      (await bench.store.listAnnouncements({ shownTo: { tenantId, now }, limit: 9 })).map(({ id }) => id)
    expect(await shown('t1', START)).toEqual(['a3', 'a1'])
    expect(await shown('t1', START + 1)).toEqual(['a1'])
    expect(await shown('t2', START + DAY_MS)).toEqual(['a4', 'a2', 'a1'])
    expect(await bench.store.listAnnouncements({ beforeId: 'a2', limit: 9 })).toEqual([all[0]])
    expect(await bench.store.removeAnnouncement({ id: 'a1' })).toBe(true)
    expect(await bench.store.removeAnnouncement({ id: 'a1' })).toBe(false)
    expect(await shown('t1', START + 1)).toEqual([])
  })

  it('a tenant is listed for a notice while it has less than it wants notice of', async () => {
    const notice = { tenantId: 't1', below: points(600), url: 'https://a.example/n', email: null }
    await bench.store.changeBalanceNotice({ tenantId: 't1', notice })
    expect(await bench.store.getBalanceNotice({ tenantId: 't1' })).toEqual(notice)
    expect(await bench.store.listDueBalanceNotices({ limit: 9 })).toEqual([{ ...notice, name: 't1', available: 0 }])
    expect(await bench.store.listDueBalanceNotices({ limit: 9, afterId: 't1' })).toEqual([])
    await bench.store.credit({ id: 'c', tenantId: 't1', amount: points(600), memo: '', now: START })
    expect(await bench.store.listDueBalanceNotices({ limit: 9 })).toEqual([])
    await bench.store.changeBalanceNotice({ tenantId: 't1', notice: null })
    expect(await bench.store.getBalanceNotice({ tenantId: 't1' })).toBeUndefined()
  })

  it('what is chosen of the retention holds until it is chosen anew or taken back, and is announced', async () => {
    const signals: string[] = []
    const unsubscribe = bench.store.onSignal(({ kind }) => signals.push(kind))
    expect(await bench.store.getRetention({})).toEqual({})
    await bench.store.changeRetention({ changes: { mediaDays: 0.5, recordDays: 400 } })
    expect(await bench.store.getRetention({})).toEqual({ mediaDays: 0.5, recordDays: 400 })
    await bench.store.changeRetention({ changes: { mediaDays: 3, recordDays: null, uploadHours: 2 } })
    expect(await bench.store.getRetention({})).toEqual({ mediaDays: 3, uploadHours: 2 })
    unsubscribe()
    expect(signals.filter((kind) => kind === 'retention')).toHaveLength(2)
  })

  it('attempts are counted in the database: a minute’s worth at once, then one for each share of a minute', async () => {
    const take = (now: number, subject = 'one') => bench.store.takeAttempt({ subject, perMinute: 10, now })
    const waits = await Promise.all(Array.from({ length: 14 }, () => take(START)))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10)
    expect(Math.max(...waits)).toBe(6_000)
    expect(await take(START, 'another')).toBe(0)
    expect(await take(START + 5_999)).toBe(1)
    expect(await take(START + 6_000)).toBe(0)
    expect(await take(START + 6_000)).toBe(6_000)
    await bench.store.purgeSessions({ now: START + 3 * MINUTE_MS })
    expect(await bench.place.sql('select subject from sign_in_attempts')).toEqual([])
  })

  it('queues are listed with how many tasks wait in them and since when', async () => {
    expect(await bench.store.listQueues({ limit: 9 })).toEqual([])
    await aPayer(bench.store, { id: 't3' })
    const wait = (createdAt: number) => submitted(bench.store, aTask({ tenantId: 't3', keyId: 'k3', createdAt }))
    for (const createdAt of [START + 2, START + 1]) expect(await wait(createdAt)).toEqual(['created'])
    expect(await bench.store.listQueues({ limit: 9 })).toEqual([
      { pool: POOL, operation: OPERATION, count: 2, oldestAt: START + 1 },
    ])
  })
}
