import type { Row } from '../bench.ts'
import { ADMIN_KEY, call, inFolder, percent, SONG, startChild } from '../child.ts'
import { compare, load } from '../load.ts'

const CONNECTIONS = 64

/** Durable paid submit: hold and task are on disk before the answer leaves. No slots, so that only submission is measured. */
export const submitRow: Row = ({ seconds }) =>
  inFolder(async (folder) => {
    const body = JSON.stringify(SONG)
    const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder, INSTANT_SLOTS: '0' })
    try {
      const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' }
      const answer = await call<object>(`${gateway.url}/api/v1/task`, { method: 'POST', body })
      const bare = await startChild('./servers/bare.ts', { ANSWER: JSON.stringify(answer) })
      const url = `${gateway.url}/api/v1/task`
      const common = { method: 'POST', headers, body, connections: CONNECTIONS, seconds } as const
      const { bare: baseline, ours } = await compare({ ...common, url: `${bare.url}/bare` }, { ...common, url })
      await bare.stop()
      const rate = Math.floor(ours.perSecond / 2)
      const half = await load({ ...common, url, rate })
      return [
        {
          what: 'durable paid submit, 64 connections, against a bare Fastify POST',
          measured: percent(ours.perSecond, baseline.perSecond),
          target: '>= 50 %',
          reached: ours.perSecond >= 0.5 * baseline.perSecond,
          details: {
            'submits/s': Math.round(ours.perSecond),
            'bare/s': Math.round(baseline.perSecond),
            'p99 ms': ours.p99Ms,
          },
        },
        {
          what: 'durable paid submit at half of that rate, p99',
          measured: `${half.p99Ms} ms`,
          target: '<= 50 ms',
          reached: half.p99Ms <= 50,
          details: { 'submits/s': Math.round(half.perSecond), 'p50 ms': half.p50Ms },
        },
      ]
    } finally {
      await gateway.stop()
    }
  })
