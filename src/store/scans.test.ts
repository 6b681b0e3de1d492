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
    scans.close()
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

  it('take turns by tenant; of one, only so many may wait', async () => {
    const there = scans.beside(here.readVerbs)
    const ended: string[] = []
    const asked = Array.from({ length: 65 }, () => there.countTasks({ ...TENANT, status: ['pending'] }))
    const other = there.countTasks({ tenantId: 't2', status: ['pending'] }).then(() => ended.push('t2'))
    await expect(there.countTasks({ ...TENANT, status: ['failed'] })).rejects.toMatchObject({ code: 'overloaded' })
    await Promise.all([other, ...asked.map((one) => one.then(() => ended.push('t1')))])
    expect(ended.slice(0, 4)).toContain('t2')
    expect(ended).toHaveLength(66)
  })

  it('have their own answer where a question before them could not be sent', async () => {
    const there = scans.beside(here.readVerbs)
    const unsendable = { ...TENANT, status: ['pending'], search: () => '' } as unknown as { tenantId: string }
    await expect(there.countTasks(unsendable)).rejects.toMatchObject({ name: 'DataCloneError' })
    expect(await there.reconcile({})).toEqual([])
    expect(await there.countTasks({ ...TENANT, status: ['pending'] })).toBe(0)
  })

  it('are refused when the database is closed', async () => {
    const there = scans.beside(here.readVerbs)
    const outcomes = Promise.allSettled([
      there.reconcile({}),
      there.summary({}),
      there.countTasks({ ...TENANT, keyId: 'k' }),
    ])
    scans.close()
    const codes = (await outcomes).map((one) => (one.status === 'rejected' ? one.reason.code : one.status))
    expect(codes).toEqual(['store_unavailable', 'store_unavailable', 'store_unavailable'])
  })

  it('are told as faults of the database where it refuses them', async () => {
    const there = scans.beside(here.readVerbs)
    here.reader.close()
    rmSync(folder, { recursive: true })
    await expect(there.reconcile({})).rejects.toMatchObject({ code: 'store_unavailable' })
    here = openReader(':memory:')
  })
})
