import { expect, it } from 'vitest'
import { newId } from '../../core/ids.ts'
import { points } from '../../core/points.ts'
import type { Share } from '../../core/share.ts'
import type { Bench } from '../contract.ts'
import { anAsset } from './assets.ts'
import { settle } from './moves.ts'
import { aClaimedTask, anEnd, aPayer, aTask, START, submitted } from './samples.ts'

export function libraryContract(bench: Bench): void {
  const done = async (with_: Parameters<typeof anEnd>[1] = {}) => {
    const task = await settle(bench.store, anEnd(await aClaimedTask(bench.store), with_))
    if (!task) throw new Error('The task was not settled.')
    return task
  }
  const ids = async (filter: object) =>
    (await bench.store.listTasks({ tenantId: 't1', mode: 'live', limit: 9, ...filter })).map(({ id }) => id)

  it('a favourite is marked and listed with the favourites, until the mark is taken back', async () => {
    await aPayer(bench.store)
    const [one, other] = [await done(), await done()]
    expect(await bench.store.markTask({ id: one.id, favouriteAt: START })).toMatchObject({ isFavourite: true })
    expect(await ids({ isFavourite: true })).toEqual([one.id])
    expect(await ids({ isFavourite: true, search: 'FOX' })).toEqual([one.id])
    expect(await ids({ isFavourite: true, search: 'heron' })).toEqual([])
    expect(await bench.store.markTask({ id: one.id, favouriteAt: null })).toMatchObject({ isFavourite: false })
    expect(await ids({ isFavourite: true })).toEqual([])
    expect((await ids({})).sort()).toEqual([one.id, other.id].sort())
    expect(await bench.store.markTask({ id: newId(START), favouriteAt: START })).toBeUndefined()
  })

  it('a task that is deleted leaves the lists at once, comes back in time, and is purged with its files listed', async () => {
    await aPayer(bench.store)
    const task = await done({ consumedPoints: points(10) })
    const file = anAsset({ taskId: task.id, kind: 'output' })
    await bench.store.insertAsset({ asset: file })
    expect(await bench.store.hideTask({ id: task.id, now: START + 5 })).toMatchObject({ deletedAt: START + 5 })
    expect(await bench.store.hideTask({ id: task.id, now: START + 6 })).toBeUndefined()
    expect(await ids({})).toEqual([])
    expect(await ids({ search: 'fox' })).toEqual([])
    expect(await bench.store.restoreTask({ id: task.id, hiddenAfter: START + 5 })).toBeUndefined()
    expect(await bench.store.restoreTask({ id: task.id, hiddenAfter: START + 4 })).toMatchObject({ deletedAt: null })
    expect(await ids({ search: 'fox' })).toEqual([task.id])

    await bench.store.hideTask({ id: task.id, now: START + 5 })
    expect(await bench.store.listHidden({ hiddenBefore: START + 4, limit: 9 })).toEqual([])
    expect(await bench.store.listHidden({ hiddenBefore: START + 5, limit: 9 })).toEqual([
      { id: task.id, files: [file] },
    ])
    expect(await bench.store.purgeHidden({ ids: [task.id], hiddenBefore: START + 4 })).toBe(0)
    expect(await bench.store.purgeHidden({ ids: [task.id], hiddenBefore: START + 5 })).toBe(1)
    expect(await bench.store.getTask({ id: task.id })).toBeUndefined()
    expect(await bench.place.sql('select id from library')).toEqual([])
    expect(await bench.store.reconcile({})).toEqual([])
  })

  it('a task that has not ended is not deleted', async () => {
    await aPayer(bench.store)
    const task = aTask()
    await submitted(bench.store, task)
    expect(await bench.store.hideTask({ id: task.id, now: START })).toBeUndefined()
    expect(await ids({})).toEqual([task.id])
  })

  it('a search finds tasks by the titles of what was made', async () => {
    await aPayer(bench.store)
    const output = { clips: [{ title: 'Rain on "Tin"' }, { title: 'Rain on "Tin"' }], grid: null }
    const { id } = await done({ output })
    await done()
    expect(await ids({ search: 'on "tin"' })).toEqual([id])
    expect(await ids({ search: 'frozen' })).toHaveLength(2)
  })

  it('filters for a key, an operation and a time work together, page by page', async () => {
    await aPayer(bench.store)
    // Later than all tasks before: ids of one process sort by creation, and so may say a later time than a task's own.
    const day = START + 86_400_000
    const tasks = Array.from({ length: 6 }, (_, n) =>
      aTask({
        createdAt: day + n,
        ...(n % 2 === 0 ? {} : { operation: 'lumen/other/x', model: 'other' }),
      }),
    )
    await submitted(bench.store, ...tasks)
    const [a, , c, , e] = tasks.map(({ id }) => id)
    const operation = ['lumen/clip-2/text_to_video']
    expect(await ids({ operation, keyId: 'k1' })).toEqual([e, c, a])
    expect(await ids({ operation, keyId: 'k1', limit: 1, beforeId: e })).toEqual([c])
    expect(await ids({ operation, createdFrom: day + 1, createdTo: day + 3 })).toEqual([c])
    expect(await ids({ operation, keyId: 'k2' })).toEqual([])
    expect(await ids({ model: ['other'], status: ['pending'] })).toHaveLength(3)
  })

  it('shares are listed newest first, revoked once, and go with their task', async () => {
    await aPayer(bench.store)
    const { id: taskId } = await done()
    const share = (id: string, createdAt: number): Share => ({
      id,
      tenantId: 't1',
      mode: 'live',
      taskId,
      title: 'a fox',
      madeBy: 'k1',
      createdAt,
      expiresAt: null,
      revokedAt: null,
    })
    const shares = [share('a', START), share('b', START), share('c', START + 1)]
    for (const one of shares) await bench.store.createShare({ share: one })
    const listed = async (more: object = {}) =>
      (await bench.store.listShares({ tenantId: 't1', mode: 'live', limit: 2, ...more })).map(({ id }) => id)
    expect(await listed()).toEqual(['c', 'b'])
    expect(await listed({ before: { id: 'b', createdAt: START } })).toEqual(['a'])
    expect(await listed({ taskId: newId(START) })).toEqual([])
    expect(await bench.store.revokeShare({ id: 'a', now: START + 9 })).toBe(true)
    expect(await bench.store.revokeShare({ id: 'a', now: START + 10 })).toBe(false)
    expect(await bench.store.getShare({ id: 'a' })).toEqual({ ...share('a', START), revokedAt: START + 9 })
    await bench.store.hideTask({ id: taskId, now: START })
    await bench.store.purgeHidden({ ids: [taskId], hiddenBefore: START })
    expect(await bench.store.getShare({ id: 'a' })).toBeUndefined()
  })

  it('the batches of a tenant are listed newest first', async () => {
    await aPayer(bench.store)
    const made = [newId(START), newId(START), newId(START)]
    for (const id of made) {
      const batch = {
        id,
        tenantId: 't1',
        mode: 'live',
        keyId: 'k1',
        dialect: 'photon',
        echo: {},
        rejected: [],
        createdAt: START,
        recordExpiresAt: START + 1,
        idempotency: null,
      } as const
      await bench.store.submitBatch({ batch: { ...batch, rejected: [] }, tasks: [aTask()] })
    }
    const scope = { tenantId: 't1', mode: 'live', limit: 2 } as const
    const page = await bench.store.listBatches(scope)
    expect(page.map(({ id }) => id)).toEqual([made[2], made[1]])
    const next = await bench.store.listBatches({ ...scope, beforeId: made[1] ?? '' })
    expect(next).toMatchObject([{ id: made[0], total: 1, completed: 0 }])
  })
}
