import { join } from 'node:path'
import { newId } from '../../src/core/ids.ts'
import type { NewTask } from '../../src/core/new-task.ts'
import { ZERO_POINTS } from '../../src/core/points.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import type { Row } from '../bench.ts'
import { inFolder, SONG, startChild, TEST_KEY } from '../child.ts'
import { load, type Measured } from '../load.ts'

const FEW = 1_000
const CONNECTIONS = 8

/** A read and the first page of history with few and with many stored tasks. */
export const historyRow: Row = ({ seconds, stored }) =>
  inFolder(async (folder) => {
    const few = await measured(join(folder, 'few'), FEW, seconds)
    const many = await measured(join(folder, 'many'), stored, seconds)
    return (['read', 'history'] as const).map((what) => {
      const ratio = few[what].perSecond / many[what].perSecond
      return {
        what: `${what === 'read' ? 'read a task' : 'first page of history'} with ${stored} stored tasks against ${FEW}`,
        measured: `${ratio.toFixed(2)} times the time`,
        target: '<= 1.5',
        reached: ratio <= 1.5,
        details: { 'few/s': Math.round(few[what].perSecond), 'many/s': Math.round(many[what].perSecond) },
      }
    })
  })

async function measured(
  folder: string,
  count: number,
  seconds: number,
): Promise<{ read: Measured; history: Measured }> {
  // A start makes the tenant and its keys; then the rows go in beside it.
  await (await startChild('./servers/gateway.ts', { DATA_DIR: folder })).stop()
  const store = await openSqlite({ path: join(folder, 'polyphony.db') })
  let id: string
  try {
    id = await fill(store, count)
  } finally {
    await store.close()
  }
  const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder, POLYPHONY_SANDBOX_SLOTS: '1' })
  try {
    const common = { method: 'GET', headers: { 'x-api-key': TEST_KEY }, connections: CONNECTIONS, seconds } as const
    return {
      // Unfinished tasks are read from the database each time.
      read: await load({ url: `${gateway.url}/api/v1/task/${id}`, ...common }),
      history: await load({ url: `${gateway.url}/api/open/tasks/histories`, ...common }),
    }
  } finally {
    await gateway.stop()
  }
}

async function fill(store: Store, count: number): Promise<string> {
  const [tenant] = await store.listTenants({})
  const [key] = await store.listKeys({ tenantId: tenant?.id ?? null, mode: 'test' })
  if (!tenant || !key) throw new Error('The first start made no tenant.')
  const BATCH = 250
  let last = ''
  for (let from = 0; from < count; from += BATCH) {
    const now = Date.now()
    const tasks = Array.from({ length: Math.min(BATCH, count - from) }, (): NewTask => {
      last = newId(now)
      return {
        id: last,
        tenantId: tenant.id,
        keyId: key.keyId,
        mode: 'test',
        dialect: 'piapi',
        operation: 'suno/music',
        model: 'suno',
        taskType: 'music',
        input: SONG.input,
        echo: {},
        webhookUrl: null,
        externalId: null,
        requestId: null,
        traceparent: null,
        pricePoints: ZERO_POINTS,
        priceRule: null,
        pool: 'nobody', // no pool of this name: the tasks stay where they are
        parentTaskId: null,
        createdAt: now,
        deadlineAt: now + 1e10,
        timeoutMs: 600_000,
        recordExpiresAt: now + 1e12,
        idempotency: null,
      }
    })
    await store.submitTasks({ tasks })
  }
  return last
}
