import { pino } from 'pino'
import { expect, it } from 'vitest'
import { watchForNotices } from './watch.ts'

it('of many things that are wrong all are announced, a few at a time', async () => {
  const troubles = Array.from({ length: 30 }, (_, index) => ({
    subject: `credit t${index}`,
    message: 'The tenant has little credit left.',
    details: { tenantId: `t${index}` },
  }))
  let [sending, most] = [0, 0]
  const sent: unknown[] = []
  const stop = watchForNotices({
    store: { beginNotice: async () => true, endNotice: async () => true, listNotices: async () => [] },
    checks: [{ kind: 'credit', look: async () => ({ troubles, covers: () => true }) }],
    ways: {
      webhook: async (_id, { details }) => {
        sending += 1
        most = Math.max(most, sending)
        await new Promise((resolve) => setImmediate(resolve))
        sending -= 1
        sent.push(details.tenantId)
      },
    },
    clock: { now: () => 1_000_000_000 },
    log: pino({ level: 'silent' }),
    everyMs: 3_600_000,
  })
  await expect.poll(() => sent).toHaveLength(30)
  await stop()
  expect(most).toBe(8)
  expect(new Set(sent)).toEqual(new Set(troubles.map(({ details }) => details.tenantId)))
})
