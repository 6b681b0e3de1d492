import type { Figure, Row } from '../bench.ts'
import { inFolder, startChild } from '../child.ts'
import { warmUp } from '../load.ts'
import { type Ends, loadTasks } from '../tasks-load.ts'

const CLIENTS = 64

/** Whole tasks on the embedded database: submitted, dispatched, asked after, settled, read. */
export const endToEndRow: Row = ({ seconds }) =>
  inFolder(async (folder) => {
    const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder, POLYPHONY_SANDBOX_SLOTS: '1000' })
    try {
      await warmUp((warming) => loadTasks([gateway.url], CLIENTS, warming))
      const ends = await loadTasks([gateway.url], CLIENTS, seconds)
      return figuresOf('sandbox tasks from begin to end on SQLite', ends, { perSecond: 1_554, p99Ms: 1_000 })
    } finally {
      await gateway.stop()
    }
  })

export function figuresOf(what: string, ends: Ends, target: { perSecond: number; p99Ms: number }): Figure[] {
  const details = { tasks: ends.tasks, 'p50 ms': ends.p50Ms, clients: CLIENTS }
  return [
    {
      what: `${what}, ${CLIENTS} clients`,
      measured: `${Math.round(ends.perSecond)}/s`,
      target: `>= ${target.perSecond}/s`,
      reached: ends.perSecond >= target.perSecond,
      details,
    },
    {
      what: `${what}: created to ended, p99`,
      measured: `${ends.p99Ms} ms`,
      target: `<= ${target.p99Ms} ms`,
      reached: ends.p99Ms <= target.p99Ms,
      details: { 'p50 ms': ends.p50Ms },
    },
  ]
}
