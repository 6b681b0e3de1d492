import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Load } from './load.ts'

/** Milliseconds from the moment at which each request was due, in order. */
export interface Times {
  firstByteMs: number[]
  endMs: number[]
}

/**
 * Sends requests at a fixed rate, whether the earlier ones are answered or not, as many callers do who know nothing of each
 * other. What waits is measured from when it was due, so that a server that stops for a moment shows it. Throws unless every
 * answer is a 2xx.
 */
export async function openLoop({ url, method, headers, body, seconds, rate = 500 }: Load): Promise<Times> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin)
  const times: Times = { firstByteMs: [], endMs: [] }

  async function one(dueAt: number): Promise<void> {
    const answer = await pool.request({ path: pathname, method, headers, body: body ?? null })
    if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}.`)
    let isFirst = true
    for await (const _chunk of answer.body) {
      if (isFirst) times.firstByteMs.push(performance.now() - dueAt)
      isFirst = false
    }
    times.endMs.push(performance.now() - dueAt)
  }

  const startedAt = performance.now()
  const sent: Promise<void>[] = []
  for (const total = Math.round(seconds * rate); sent.length < total; ) {
    const due = Math.min(total, ((performance.now() - startedAt) / 1_000) * rate)
    while (sent.length < due) sent.push(one(startedAt + (sent.length * 1_000) / rate))
    await delay(1)
  }
  await Promise.all(sent)
  await pool.close()
  return times
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
