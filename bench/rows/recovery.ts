import type { Row } from '../bench.ts'
import { call, inFolder, SONG, startChild, TEST_KEY } from '../child.ts'

const TASKS = 200
/** As many requests of one key may wait at once. */
const MOST_WAITING = 100

/** Kills the process while tasks run; the time from the next start until every one of them is completed. */
export const recoveryRow: Row = () =>
  inFolder(async (folder) => {
    const first = await startChild('./servers/gateway.ts', { DATA_DIR: folder })
    const headers = { 'x-api-key': TEST_KEY }
    const body = JSON.stringify(SONG)
    const ids = await Promise.all(
      Array.from({ length: TASKS }, async () => {
        const { data } = await call<{ data: { task_id: string } }>(`${first.url}/api/v1/task`, {
          method: 'POST',
          headers,
          body,
        })
        return data.task_id
      }),
    )
    first.process.kill('SIGKILL')
    await new Promise((ended) => first.process.once('exit', ended))

    const before = performance.now()
    const second = await startChild('./servers/gateway.ts', { DATA_DIR: folder })
    try {
      const statusOf = async (id: string): Promise<string> => {
        const { data } = await call<{ data: { status: string } }>(`${second.url}/api/v1/task/${id}?wait=60`, {
          headers,
        })
        return data.status
      }
      const states: string[] = []
      for (let from = 0; from < TASKS; from += MOST_WAITING) {
        states.push(...(await Promise.all(ids.slice(from, from + MOST_WAITING).map(statusOf))))
      }
      const seconds = (performance.now() - before) / 1_000
      const completed = states.filter((status) => status === 'completed').length
      return [
        {
          what: 'recovery: from the start after kill -9 until every accepted task is completed',
          measured: `${seconds.toFixed(1)} s`,
          target: 'work resumed in <= 30 s, nothing lost',
          reached: seconds <= 30 && completed === TASKS,
          details: { tasks: TASKS, completed },
        },
      ]
    } finally {
      await second.stop()
    }
  })
