import type { Routes } from './routes.ts'

/** What is read of a task. */
type Song = Pick<
  Routes['GET /polyphony/v1/tasks/{id}']['answer'],
  'status' | 'operation' | 'provider' | 'started_at' | 'live_urls'
>

const POLL_MS = 1_000
/** While news come by themselves (`feed.ts`), in case that one was lost. */
const CHECK_MS = 5_000
/**
 * That a song can be heard before its end is not announced. Only the embedded studio has such songs, and it has something to
 * hear soon after it begins, or waits for others.
 */
const FIRST_SOUND_MS = 20_000

/** After how long a task that has not ended is read again. */
export function pollMs(task: Song | undefined, { hasFeed, now }: { hasFeed: boolean; now: number }): number {
  return hasFeed && !(task && mayBeHeardSoon(task, now)) ? CHECK_MS : POLL_MS
}

function mayBeHeardSoon({ status, operation, provider, started_at: startedAt, live_urls: urls }: Song, now: number) {
  if (status !== 'processing' || provider !== 'studio' || operation !== 'suno/music' || urls.length > 0) return false
  return startedAt === null || now - startedAt < FIRST_SOUND_MS
}
