import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aPayer, aTask, submitted } from './contract/samples.ts'
import { openScans, type Scans } from './scans.ts'
import { openSqlite } from './sqlite.ts'
import { openReader } from './sqlite-reader.ts'
import type { ReadVerbs, Store } from './store.ts'

const TENANT = { tenantId: 't1' }
/** Of 1,400 ledger entries: long enough for a timer to fire meanwhile. */
const TASKS = 700

describe('reads that may take long', () => {
  let folder: string
  let path: string
  let store: Store
  let here: { readVerbs: ReadVerbs; reader: DatabaseSync }
  let scans: Scans

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-scans-'))
    path = join(folder, 'polyphony.db')
    store = await openSqlite({ path })
    await aPayer(store, { credit: 1_000_000 })
    here = openReader(path)
    scans = openScans(path, { idleMs: 20 })
  })
  afterEach(async () => {
    await scans.close()
    here.reader.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('have the same results in their thread, also after it has ended for want of work', async () => {
    await submitted(store, aTask())
    const there = scans.beside(here.readVerbs)
    for (let round = 0; round < 2; round++) {
      const list = { ...TENANT, model: [aTask().model], limit: 5 }
      expect(await there.listTasks(list)).toEqual(await here.readVerbs.listTasks(list))
      expect(await there.listTasks(list)).toHaveLength(1)
      expect(await there.countTasks({ ...TENANT, status: ['pending'] })).toBe(1)
      expect(await there.reconcile({})).toEqual([])
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })

  it('see what was written before them, and leave the event loop to others', async () => {
    const there = scans.beside(here.readVerbs)
    expect(await there.countTasks({ ...TENANT, status: ['pending'] })).toBe(0)
    await Promise.all(Array.from({ length: TASKS }, () => submitted(store, aTask())))
    let isAnswered = false
    const reconciled = there.reconcile({}).finally(() => {
      isAnswered = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isAnswered).toBe(false)
    expect(await reconciled).toEqual([])
    expect(await there.countTasks({ ...TENANT, status: ['pending'] })).toBe(TASKS)
  })

  it('are refused while too many wait, and when the database is closed', async () => {
    const there = scans.beside(here.readVerbs)
    const asked = Array.from({ length: 201 }, () => there.listAllTasks({ limit: 1 }))
    await expect(asked.at(-1)).rejects.toMatchObject({ code: 'overloaded' })
    const outcomes = Promise.allSettled(asked)
    await scans.close()
    const ends = (await outcomes).map((one) => (one.status === 'rejected' ? one.reason.code : one.status))
    expect(new Set(ends)).toEqual(new Set(['store_unavailable', 'overloaded']))
  })

  it('are told as faults of the database where it refuses them', async () => {
    const there = scans.beside(here.readVerbs)
    here.reader.close()
    rmSync(folder, { recursive: true })
    await expect(there.reconcile({})).rejects.toMatchObject({ code: 'store_unavailable' })
    here = openReader(':memory:')
  })
})
