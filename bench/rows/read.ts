import type { Row } from '../bench.ts'
import { call, inFolder, percent, SONG, startChild, TEST_KEY } from '../child.ts'
import { compare } from '../load.ts'

const CONNECTIONS = 32

/** Reading a finished song in PiAPI's and in the relay's format, against a bare route that sends the same bytes. */
export const readRow: Row = ({ seconds }) =>
  inFolder(async (folder) => {
    const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder })
    try {
      const { data } = await call<{ data: { task_id: string } }>(`${gateway.url}/api/v1/task`, {
        method: 'POST',
        headers: { 'x-api-key': TEST_KEY },
        body: JSON.stringify(SONG),
      })
      const figures = []
      for (const path of [`/api/v1/task/${data.task_id}`, `/suno/fetch/${data.task_id}`]) {
        const answer = await call<object>(`${gateway.url}${path}?wait=60`, { headers: { 'x-api-key': TEST_KEY } })
        const headers = { 'x-api-key': TEST_KEY }
        const bare = await startChild('./servers/bare.ts', { ANSWER: JSON.stringify(answer) })
        const common = { method: 'GET', headers, connections: CONNECTIONS, seconds } as const
        const ourUrl = `${gateway.url}${path}`
        const { bare: baseline, ours } = await compare(
          { ...common, url: `${bare.url}/bare` },
          { ...common, url: ourUrl },
        )
        await bare.stop()
        figures.push({
          what: `read a finished task, 32 connections, GET ${path.replace(data.task_id, '{id}')}`,
          measured: percent(ours.perSecond, baseline.perSecond),
          target: '>= 85 %',
          reached: ours.perSecond >= 0.85 * baseline.perSecond,
          details: {
            'reads/s': Math.round(ours.perSecond),
            'bare/s': Math.round(baseline.perSecond),
            bytes: JSON.stringify(answer).length,
            'p99 ms': ours.p99Ms,
          },
        })
      }
      return figures
    } finally {
      await gateway.stop()
    }
  })
