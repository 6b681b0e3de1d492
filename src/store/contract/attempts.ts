import { expect, it } from 'vitest'
import type { Task } from '../../core/task.ts'
import type { Bench } from '../contract.ts'
import { recordHandle, recordProgress, recordUncertain, requeue, settle } from './moves.ts'
import { aCancel, aClaimedTask, anEnd, aPayer, aTask, claimed, only, START, submitted } from './samples.ts'

/** Every call of a provider for a task, and what came of it. */
export function attemptsContract(bench: Bench): void {
  const attemptsOf = ({ id }: Pick<Task, 'id'>) => bench.store.listAttempts({ taskId: id })
  const begun = { number: 1, provider: 'lumen', account: 'a1', begunAt: START }

  it('an attempt begins with the claim of its task', async () => {
    await aPayer(bench.store)
    const waiting = aTask()
    await submitted(bench.store, waiting)
    expect(await attemptsOf(waiting)).toEqual([])
    await claimed(bench.store, 1)
    expect(await attemptsOf(waiting)).toEqual([
      { taskId: waiting.id, ...begun, acceptedAt: null, endedAt: null, outcome: 'calling', reason: null },
    ])
  })

  it('an attempt is accepted once, when the provider has the work', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const { id, claim } = task
    const accepted = { id, claim, handle: 'h', dueAt: START + 9, deliveries: [] }
    await recordHandle(bench.store, { ...accepted, now: START + 5 })
    await recordHandle(bench.store, { ...accepted, now: START + 8 }) // as work in this process reports again and again
    await recordProgress(bench.store, { id, claim, progress: 5, dueAt: START + 9, deliveries: [], now: START + 8 })
    expect(await attemptsOf(task)).toMatchObject([
      { ...begun, outcome: 'accepted', acceptedAt: START + 5, endedAt: null, reason: null },
    ])
  })

  it('an attempt is uncertain when the answer was lost, and accepted when the work was found', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const { id, claim } = task
    await recordUncertain(bench.store, { id, claim, dueAt: START, log: 'no answer', now: START + 1 })
    expect(await attemptsOf(task)).toMatchObject([{ outcome: 'uncertain', acceptedAt: null, reason: 'no answer' }])
    await recordHandle(bench.store, { id, claim, handle: 'h', dueAt: START, deliveries: [], now: START + 2 })
    expect(await attemptsOf(task)).toMatchObject([{ outcome: 'accepted', acceptedAt: START + 2, reason: 'no answer' }])
  })

  it('an attempt is turned away when its task returns to the queue, and the next one has the next number', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const { id, claim } = task
    await requeue(bench.store, { id, claim, dueAt: START, log: 'busy', now: START + 3 })
    const again = only(await claimed(bench.store, 1, { account: 'a2', now: START + 4 }))
    await requeue(bench.store, { id, claim: again.claim, dueAt: START, log: 'no answer', isMiss: true, now: START + 5 })
    expect(await claimed(bench.store, 1, { account: 'a3', now: START + 6 })).toHaveLength(1)
    expect(await attemptsOf(task)).toEqual([
      { taskId: id, ...begun, acceptedAt: null, endedAt: START + 3, outcome: 'turned_away', reason: 'busy' },
      {
        taskId: id,
        number: 2,
        provider: 'lumen',
        account: 'a2',
        begunAt: START + 4,
        acceptedAt: null,
        endedAt: START + 5,
        outcome: 'turned_away',
        reason: 'no answer',
      },
      {
        taskId: id,
        number: 3,
        provider: 'lumen',
        account: 'a3',
        begunAt: START + 6,
        acceptedAt: null,
        endedAt: null,
        outcome: 'calling',
        reason: null,
      },
    ])
  })

  it.each([
    ['NUL', 'bad\0', 'bad\ufffd'],
    ['half of a character', 'a fox \ud83e', 'a fox \ufffd'],
    ['both, beside whole ones', '\\u0000 \0🦊\udd8a', '\\u0000 \ufffd🦊\ufffd'],
  ])('an attempt ends for a reason whose text holds %s, as vendors send it', async (_what, message, reason) => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const error = { code: 'vendor_refused', message } as const
    await settle(bench.store, anEnd(task, { to: 'failed', error, now: START + 6 }))
    expect(await attemptsOf(task)).toMatchObject([{ outcome: 'failed', reason }])
  })

  it.each(['completed', 'failed', 'cancelled'] as const)('an attempt ends as its task does: %s', async (to) => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const error = to === 'failed' ? ({ code: 'vendor_refused', message: 'Too foggy.' } as const) : null
    await settle(bench.store, anEnd(task, { to, error, now: START + 6 }))
    expect(await attemptsOf(task)).toMatchObject([
      { outcome: to, endedAt: START + 6, reason: to === 'failed' ? 'Too foggy.' : null },
    ])
  })

  it('an ended attempt does not change when its task is cancelled while waiting for another', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    await requeue(bench.store, { id: task.id, claim: task.claim, dueAt: START, log: 'busy', now: START + 3 })
    await settle(bench.store, aCancel(task.id, { now: START + 4 }))
    expect(await attemptsOf(task)).toMatchObject([{ outcome: 'turned_away', endedAt: START + 3, reason: 'busy' }])
  })

  it('an attempt is not changed by a holder that lost the task', async () => {
    await aPayer(bench.store)
    const task = await aClaimedTask(bench.store)
    const stale = { id: task.id, claim: task.claim - 1, dueAt: START, now: START }
    await recordUncertain(bench.store, { ...stale, log: 'x' })
    await recordHandle(bench.store, { ...stale, handle: 'h', deliveries: [] })
    await requeue(bench.store, { ...stale, log: 'x' })
    await settle(bench.store, anEnd({ id: task.id, claim: task.claim - 1 }, { to: 'failed' }))
    expect(await attemptsOf(task)).toMatchObject([{ outcome: 'calling', reason: null }])
  })

  it('a line that is repeated in a row is in the log of a task once', async () => {
    await aPayer(bench.store)
    const { id } = await aClaimedTask(bench.store)
    for (const log of ['busy', 'busy', 'no answer', 'busy']) {
      const claim = (await bench.store.getTask({ id }))?.claim ?? 0
      await requeue(bench.store, { id, claim, dueAt: START, log, now: START })
      await claimed(bench.store, 1)
    }
    expect(await bench.store.getTask({ id })).toMatchObject({ logs: ['busy', 'no answer', 'busy'], attempts: 5 })
    expect(await attemptsOf({ id })).toHaveLength(5)
  })

  it('the last attempts of an account are listed, newest first', async () => {
    await aPayer(bench.store)
    const tasks = [aTask(), aTask(), aTask()]
    await submitted(bench.store, ...tasks)
    const claimedAt = async (now: number, account: string) => only(await claimed(bench.store, 1, { account, now })).id
    const first = await claimedAt(START + 1, 'a1')
    await claimedAt(START + 2, 'a2')
    const { claim } = (await bench.store.getTask({ id: first })) ?? { claim: 0 }
    await requeue(bench.store, { id: first, claim, dueAt: START, log: 'busy', now: START + 3 })
    const second = await claimedAt(START + 4, 'a1')
    const lastOf = (account: string, limit: number) => bench.store.listAttempts({ account, limit })
    expect(await lastOf('a1', 9)).toMatchObject([
      { taskId: second, account: 'a1', begunAt: START + 4, outcome: 'calling' },
      { taskId: first, account: 'a1', begunAt: START + 1, outcome: 'turned_away', reason: 'busy' },
    ])
    expect(await lastOf('a1', 1)).toMatchObject([{ taskId: second }])
    expect(await lastOf('a2', 9)).toHaveLength(1)
    expect(await lastOf('a3', 9)).toEqual([])
  })

  it('the attempts of a task are deleted with its record', async () => {
    await aPayer(bench.store)
    const [gone, kept] = [
      await aClaimedTask(bench.store, { recordExpiresAt: START }),
      await aClaimedTask(bench.store, { recordExpiresAt: START + 99 }),
    ]
    for (const task of [gone, kept]) await settle(bench.store, anEnd(task))
    await bench.store.purgeTasks({ now: START, limit: 9 })
    expect(await attemptsOf(gone)).toEqual([])
    expect(await attemptsOf(kept)).toHaveLength(1)
  })
}
