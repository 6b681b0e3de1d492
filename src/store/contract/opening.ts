import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Draft } from '../../core/draft.ts'
import { newId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { FELL_BACK } from '../../core/pools.ts'
import type { Place } from '../contract.ts'
import { settle } from './moves.ts'
import { undoLater } from './older-schema.ts'
import { aCancel, aClaimedTask, anEnd, aPayer, aTask, OPERATION, POOL, START, submitted } from './samples.ts'

const aWindow = {
  tenantId: 't1',
  mode: 'live',
  kind: 'midjourney.window',
  createdAt: START,
  expiresAt: START + 1,
} as const

export function openingContract(makePlace: () => Promise<Place>): void {
  let place: Place
  beforeEach(async () => {
    place = await makePlace()
  })
  afterEach(() => place.remove())

  it('the tables are created once when twenty processes open a new database at once', async () => {
    const stores = await Promise.all(Array.from({ length: 20 }, () => place.open()))
    expect(await place.sql('select name from kysely_migration order by name')).toEqual([
      { name: '0001-initial' },
      { name: '0002-batches' },
      { name: '0003-drafts' },
      { name: '0004-accounts' },
      { name: '0005-task-versions' },
      { name: '0006-delivery-hosts' },
      { name: '0007-modes-of-files' },
      { name: '0008-postgres-functions' },
      { name: '0009-task-columns' },
      { name: '0010-webhook-addresses' },
      { name: '0011-fingerprints' },
      { name: '0012-request-ids' },
      { name: '0013-administration' },
      { name: '0014-prices' },
      { name: '0015-notices' },
      { name: '0016-cancel-requests' },
      { name: '0017-calls' },
      { name: '0018-call-batches' },
      { name: '0019-key-limits' },
      { name: '0020-answers' },
      { name: '0021-people' },
      { name: '0022-library' },
      { name: '0023-money-and-announcements' },
      { name: '0024-retention' },
      { name: '0025-connected-clients' },
      { name: '0026-ended-tasks' },
      { name: '0027-waiting-with-room' },
      { name: '0028-library-by-statement' },
      { name: '0029-stored-responses' },
      { name: '0030-kept-items' },
      { name: '0032-expired-tasks' },
    ])
    await aPayer(stores[0] as (typeof stores)[number])
    const outcomes = await Promise.all(stores.map((store) => submitted(store, aTask())))
    expect(outcomes.flat()).toEqual(Array(20).fill('created'))
    expect(await stores[19]?.getBalance({ tenantId: 't1' })).toMatchObject({ active: 20, held: 2_000 })
    await Promise.all(stores.map((store) => store.close()))
  })

  it('everything is there when the store is opened again', async () => {
    const store = await place.open()
    await aPayer(store)
    const done = await settle(store, anEnd(await aClaimedTask(store), { consumedPoints: points(10) }))
    const running = await aClaimedTask(store)
    await store.close()
    const again = await place.open()
    expect(await again.getTasks({ ids: [done?.id ?? ''] })).toEqual([done])
    expect(await again.getTask({ id: running.id })).toEqual(running)
    expect(await again.reconcile({})).toEqual([])
    await again.close()
  })

  it('a migration fills new columns of tasks that were stored before', async () => {
    const before = await place.open()
    await aPayer(before)
    const echoes = [
      { callback_url: 'https://a.example', external_task_id: 'mine' },
      { config: { webhook_config: { endpoint: 'https://b.example' } } },
      { notify_hook: 'https://c.example' },
      {},
      { prompt: 'a lone \ud800', notifyHook: 'https://e.example' },
    ]
    const tasks = echoes.map((echo) => aTask({ echo }))
    await submitted(before, ...tasks)
    await settle(before, aCancel(tasks[2]?.id ?? ''))
    await before.moveToPool({ pool: POOL, operation: OPERATION, to: 'other', log: FELL_BACK, now: START })
    await before.close()
    await place.sql('drop index tasks_external')
    for (const column of ['webhook_url', 'external_id', 'fell_back']) {
      await place.sql(`alter table tasks drop column ${column}`)
    }
    await forget(place, '0009-task-columns')
    const after = await place.open()
    const found = await after.getTasks({ ids: tasks.map(({ id }) => id) })
    const columns = new Map(found.map((task) => [task.id, [task.webhookUrl, task.externalId, task.fellBack]]))
    expect(tasks.map(({ id }) => columns.get(id))).toEqual([
      ['https://a.example', 'mine', true],
      ['https://b.example', null, true],
      ['https://c.example', null, false],
      [null, null, true],
      ['https://e.example', null, true],
    ])
    expect(await submitted(after, aTask({ webhookUrl: 'https://d.example' }))).toEqual(['created'])
    await after.close()
  })

  it('fills in where the webhooks of tasks go that named an address only to their protocol', async () => {
    const before = await place.open()
    await aPayer(before)
    const cases = [
      ['piapi', { webhook_config: { endpoint: 'https://a.example', secret: 's' } }, 'https://a.example'],
      ['piapi', { webhook_config: { endpoint: '', secret: 'a://b' } }, null],
      ['bfl', { webhook_url: 'https://b.example', webhook_secret: '' }, 'https://b.example'],
      ['fal', { fal_webhook: 'HTTPS://c.example' }, 'HTTPS://c.example'],
      ['midjourney', { prompt: 'https://not.example \ud800', notifyHook: 'https://d.example' }, 'https://d.example'],
      ['midjourney', { prompt: 'https://not.example' }, null],
      ['luma', { callback_url: 'https://e.example', sync: true }, 'https://e.example'],
      ['luma', { notify_hook: 'https://f.example' }, 'https://f.example'],
    ] as const
    const tasks = cases.map(([dialect, echo]) => aTask({ dialect, echo }))
    const known = aTask({ webhookUrl: 'https://g.example', echo: { webhook: 'https://not.example' } })
    await submitted(before, ...tasks, known)
    for (const { id } of tasks) await settle(before, aCancel(id))
    await before.close()
    await forget(place, '0010-webhook-addresses')
    const after = await place.open()
    const found = new Map((await after.getTasks({ ids: tasks.map(({ id }) => id) })).map((task) => [task.id, task]))
    expect(tasks.map(({ id }) => found.get(id)?.webhookUrl)).toEqual(cases.map(([, , address]) => address))
    const echoes = cases.map(([, echo]) => ('notify_hook' in echo ? { format: 'relay' } : echo))
    expect(tasks.map(({ id }) => found.get(id)?.echo)).toEqual(echoes)
    expect(await after.getTask({ id: known.id })).toMatchObject({ webhookUrl: 'https://g.example', status: 'pending' })
    await after.close()
  })

  it('moves the address of the webhook out of the echo of a window of Midjourney', async () => {
    const before = await place.open()
    const window = (body: JsonObject): Draft => ({ ...aWindow, id: newId(START), body })
    const hooked = Array.from({ length: 101 }, () =>
      window({ echo: { state: 's', notifyHook: 'https://a.example' }, finalPrompt: 'a lone \ud800', taskId: null }),
    )
    const silent = window({ echo: { state: 's' }, finalPrompt: 'x', taskId: null })
    for (const draft of [...hooked, silent]) await before.insertDraft({ draft })
    await before.close()
    await forget(place, '0010-webhook-addresses')
    const after = await place.open()
    const moved = { echo: { state: 's' }, finalPrompt: 'a lone \ud800', taskId: null, notifyHook: 'https://a.example' }
    for (const { id } of hooked) expect((await after.getDraft({ id }))?.body).toEqual(moved)
    expect(await after.getDraft({ id: silent.id })).toEqual(silent)
    const answered = { id: hooked[0]?.id ?? '', from: (await after.getDraft({ id: hooked[0]?.id ?? '' }))?.body ?? {} }
    expect(await after.updateDraft({ ...answered, body: { taskId: 'a' } })).toBe(true)
    await after.close()
  })

  it('closes more than once, and refuses every verb from then on', async () => {
    const store = await place.open()
    await aPayer(store)
    await Promise.all([store.close(), store.close()])
    const verbs = [
      () => store.submitTasks({ tasks: [aTask()] }),
      () => store.credit({ id: 'c', tenantId: 't1', amount: points(1), memo: '', now: START }),
      () => store.getTask({ id: aTask().id }),
    ]
    for (const verb of verbs) {
      await expect(verb()).rejects.toMatchObject({ name: 'PolyphonyError', code: 'store_unavailable' })
    }
  })

  it('verbs that were called before the store is closed are still answered', async () => {
    const store = await place.open()
    await aPayer(store)
    const calls = Array.from({ length: 30 }, (_, n) =>
      store.credit({ id: `c${n}`, tenantId: 't1', amount: points(1), memo: '', now: START }),
    )
    const submits = Array.from({ length: 30 }, () => submitted(store, aTask()))
    const closing = store.close()
    expect(await Promise.all(calls)).toEqual(Array(30).fill(true))
    expect((await Promise.all(submits)).flat()).toEqual(Array(30).fill('created'))
    await closing
  })
}

/** As before this migration, and all later ones, ran; what it did to tables of its own is left to the caller. */
async function forget(place: Place, migration: string): Promise<void> {
  for (const statement of undoLater(place.engine)) await place.sql(statement)
  await place.sql(`delete from kysely_migration where name >= '${migration}'`)
}
