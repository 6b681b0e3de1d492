import { Pool } from 'undici'
import { TEST_KEY } from './child.ts'

export interface Ends {
  /** Tasks that completed, a second. */
  perSecond: number
  /** From the creation of a task to its end, as the gateway's clock says. */
  p50Ms: number
  p99Ms: number
  tasks: number
}

/** A task of the sandbox that is done at the first poll, and has no files. */
const LYRICS = JSON.stringify({ model: 'suno', task_type: 'lyrics', input: { prompt: 'fog sandbox:fast' } })
const HEADERS = { 'x-api-key': TEST_KEY, 'content-type': 'application/json' }

/** Runs `clients` for `seconds`; each submits a task, waits for its end and submits the next one. */
export async function loadTasks(urls: readonly string[], clients: number, seconds: number): Promise<Ends> {
  const pools = urls.map((url) => new Pool(url, { connections: Math.ceil(clients / urls.length) }))
  const lasted: number[] = []
  const endAt = performance.now() + seconds * 1_000
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const pool = pools[client % pools.length]
      while (pool && performance.now() < endAt) lasted.push(await oneTask(pool))
    }),
  )
  const tookSeconds = (performance.now() - begun) / 1_000
  await Promise.all(pools.map((pool) => pool.close()))
  lasted.sort((a, b) => a - b)
  const at = (share: number) => lasted[Math.min(lasted.length - 1, Math.floor(share * lasted.length))] ?? 0
  return { perSecond: lasted.length / tookSeconds, p50Ms: at(0.5), p99Ms: at(0.99), tasks: lasted.length }
}

interface Answer {
  data: { task_id: string; status: string; meta: { created_at: string; ended_at: string } }
}

async function oneTask(pool: Pool): Promise<number> {
  const created = await pool.request({ method: 'POST', path: '/api/v1/task', headers: HEADERS, body: LYRICS })
  const { data } = (await created.body.json()) as Answer // our own server's answer
  const read = await pool.request({ method: 'GET', path: `/api/v1/task/${data.task_id}?wait=60`, headers: HEADERS })
  const { data: ended } = (await read.body.json()) as Answer
  if (ended.status.toLowerCase() !== 'completed') throw new Error(`The task ended as ${ended.status}.`)
  return Date.parse(ended.meta.ended_at) - Date.parse(ended.meta.created_at)
}
