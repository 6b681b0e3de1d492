import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import type { Batch } from '../core/batch.ts'
import { type Clock, HOUR_MS, MINUTE_MS, systemClock } from '../core/clock.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import { PolyphonyError } from '../core/errors.ts'
import { settle } from '../store/contract/moves.ts'
import { anEnd, aPayer, aTask, claimed, only, START } from '../store/contract/samples.ts'
import type { Store } from '../store/store.ts'
import { startBatches } from './batches.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-batches-'))
  store = await openMigratedSqlite({ path: join(folder, 'test.db') })
  await aPayer(store)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const ID = '01234567-89ab-4cde-8f01-23456789ab00'

async function endedBatch(id = ID): Promise<void> {
  await store.submitBatch({
    batch: {
      id,
      tenantId: 't1',
      mode: 'live',
      keyId: 'k1',
      dialect: 'photon',
      echo: {},
      rejected: [],
      createdAt: START,
      recordExpiresAt: START * 2,
      idempotency: null,
    },
    tasks: [aTask()],
  })
  await settle(store, anEnd(only(await claimed(store, 1))))
}

function start(
  webhooksFor: (batch: Batch) => DeliveryDraft[],
  { of = store, clock = systemClock as Clock } = {},
): () => Promise<void> {
  return startBatches({ store: of, webhooksFor, clock, log: pino({ level: 'silent' }) })
}

const deliveries = () => store.listDeliveries({ tenantId: 't1', taskId: ID, limit: 10 })
const draft = { url: 'https://a.example/', body: '{}', headers: {} }

it('writes the webhooks of a batch that ended while no process listened', async () => {
  await endedBatch()
  const stop = start(() => [draft])
  await expect.poll(deliveries).toHaveLength(1)
  await stop()
})

it('writes the webhooks of a batch once, when it ends', async () => {
  const told: string[] = []
  const webhooksFor = ({ id }: Batch): DeliveryDraft[] => {
    told.push(id)
    return [draft]
  }
  const stops = [start(webhooksFor), start(webhooksFor)]
  await endedBatch()
  await expect.poll(() => told.length).toBeGreaterThan(0)
  for (const stop of stops) await stop()
  expect(await deliveries()).toHaveLength(1)
  expect(await store.listUnannounced({ limit: 10 })).toEqual([])
})

it('writes the webhooks of ended batches again after a fault of the store', async () => {
  await endedBatch()
  let calls = 0
  const failing = start(() => {
    calls += 1
    throw new Error('The dialect broke.')
  })
  await expect.poll(() => calls).toBe(1)
  await failing()
  expect(await deliveries()).toEqual([])
  const stop = start(() => [draft])
  await expect.poll(deliveries).toHaveLength(1)
  await stop()
})

it('a batch whose webhook cannot be written holds up no other', async () => {
  await endedBatch('01234567-89ab-4cde-8f01-000000000000')
  await endedBatch()
  const stop = start(({ id }) => {
    if (id !== ID) throw new Error('The dialect broke.')
    return [draft]
  })
  await expect.poll(deliveries).toHaveLength(1)
  await stop()
})

it('a batch whose webhook cannot be written is tried again after ever longer waits, not at each signal', async () => {
  await endedBatch()
  const signals: (() => void)[] = []
  let sweeps = 0
  const of: Store = {
    ...store,
    onSignal(listener) {
      signals.push(() => listener({ kind: 'resync' }, true))
      return () => {}
    },
    listUnannounced(args) {
      sweeps += 1
      return store.listUnannounced(args)
    },
  }
  let now = START
  let calls = 0
  const failing = (): DeliveryDraft[] => {
    calls += 1
    throw new Error('The dialect broke.')
  }
  const stop = start(failing, { of, clock: { now: () => now } })
  const callsAfter = async (waitMs: number): Promise<number> => {
    now += waitMs
    // The second sweep begins when the first has ended.
    for (let sweep = 1; sweep <= 2; sweep++) {
      const before = sweeps
      for (const signal of signals) signal()
      await expect.poll(() => sweeps).toBeGreaterThan(before)
    }
    return calls
  }
  await expect.poll(() => calls).toBe(1)
  const waits = [0, 0, MINUTE_MS, MINUTE_MS, MINUTE_MS, 10 * HOUR_MS]
  const after: number[] = []
  for (const wait of waits) after.push(await callsAfter(wait))
  await stop()
  expect(after).toEqual([1, 1, 2, 2, 3, 4])
})

it.each(['an outage of the store', 'a stop'] as const)('%s ends the writing of webhooks at once', async (event) => {
  await endedBatch('01234567-89ab-4cde-8f01-000000000000')
  await endedBatch()
  const calls: string[] = []
  const begun = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const of: Store = {
    ...store,
    async addBatchDeliveries({ id }) {
      calls.push(id)
      begun.resolve()
      await held.promise
      if (event === 'a stop') throw new Error('It broke.')
      throw new PolyphonyError('store_unavailable', 'The database does not answer.')
    },
  }
  const stop = start(() => [draft], { of })
  await begun.promise
  const stopped = event === 'a stop' ? stop() : undefined
  held.resolve()
  await stopped
  await stop()
  expect(calls).toHaveLength(1)
})
