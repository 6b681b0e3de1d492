import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { CallBatch } from '../core/call-batch.ts'
import { openBatchRunner } from './batch-runner.ts'
import type { BatchParts } from './run-batch.ts'

it('a batch that is interrupted is paused by itself, longer each time, and others are claimed at once', async () => {
  const broken = { id: randomUUID(), status: 'running', format: 'unknown', expiresAt: 9e12 } as CallBatch // what is read of it
  const steps: string[] = []
  const store = {
    claimCallBatches: async () => {
      steps.push('claim')
      return steps.length <= 4 ? [broken] : []
    },
    renewCallBatches: async ({ ids, leaseMs }: { ids: string[]; leaseMs: number }) => {
      if (leaseMs !== 30_000) steps.push(`${ids} waits ${leaseMs}`)
      return [broken]
    },
    releaseCallBatches: async () => void steps.push('release'),
  }
  const parts: Partial<BatchParts> = {
    store: store as unknown as BatchParts['store'],
    formatOf: async () => undefined,
    holder: 'a process',
    clock: { now: () => 1 },
    log: pino({ level: 'silent' }),
  }
  const runner = openBatchRunner(parts as BatchParts) // a batch without a format needs no other
  const pauses = [5_000, 10_000].map((ms) => `${broken.id} waits ${ms}`)
  await expect.poll(() => steps).toEqual(['claim', pauses[0], 'claim', pauses[1], 'claim'])
  await runner.stop(0)
  expect(steps.at(-1)).toBe('release')
})
