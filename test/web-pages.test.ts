import { expect, it } from 'vitest'
import { pollMs } from '../web/src/api/poll-interval.ts'
import { changesOf, fieldsOf, type KeyRecord } from '../web/src/pages/keys/key-body.ts'
import { cn } from '../web/src/ui/classes.ts'

/** As an import may leave a key: with a limit above what the form takes, and a model that this gateway does not have. */
const IMPORTED = {
  name: 'token 1',
  models: ['of-a-relay'],
  spend_limit_usd: 9_007_199_254.740992,
  daily_limit_usd: null,
  monthly_limit_usd: 5,
  requests_per_minute: null,
  max_concurrent: 2,
  expires_at: '2030-01-01T00:00:00.000Z',
} as Partial<KeyRecord> as KeyRecord // what the form reads

it('the form of a key sends what was changed, and nothing else', () => {
  const before = fieldsOf(IMPORTED)
  const changed = (change: Partial<typeof before>) => changesOf(before, { ...before, ...change }, 0)
  expect(changed({})).toEqual({})
  expect(changed({ name: 'renamed' })).toEqual({ name: 'renamed' })
  expect(changed({ limits: { ...before.limits, monthly_limit_usd: '', daily_limit_usd: '1.5' } })).toEqual({
    monthly_limit_usd: null,
    daily_limit_usd: 1.5,
  })
  expect(changed({ models: 'suno, of-a-relay' })).toEqual({ models: ['suno', 'of-a-relay'] })
  expect(changed({ models: ' ' })).toEqual({ models: null })
  expect(changed({ days: '' })).toEqual({ expires_at: null })
  expect(changed({ days: '7' })).toEqual({ expires_at: '1970-01-08T00:00:00.000Z' })
})

it('the form of a new key sends what was filled in', () => {
  const before = fieldsOf(undefined)
  expect(changesOf(before, { ...before, name: 'an app', days: '30' }, 0)).toEqual({
    name: 'an app',
    expires_at: '1970-01-31T00:00:00.000Z',
  })
})

type Song = NonNullable<Parameters<typeof pollMs>[0]>
const SONG: Song = {
  status: 'processing',
  operation: 'suno/music',
  provider: 'studio',
  started_at: 1_000_000,
  live_urls: [],
}

it('a song is asked for often without news of it, and while its first sound may come', () => {
  const after = (ms: number, change: Partial<Song> = {}, hasFeed = true) =>
    pollMs({ ...SONG, ...change }, { hasFeed, now: 1_000_000 + ms })
  expect([after(0), after(19_000), after(21_000)]).toEqual([1_000, 1_000, 5_000])
  expect([after(0, { provider: 'piapi' }), after(0, { live_urls: ['a'] }), after(0, { status: 'pending' })]).toEqual([
    5_000, 5_000, 5_000,
  ])
  expect(after(60_000, {}, false)).toBe(1_000)
})

it.each([
  ['h-9 px-3 text-ink', 'h-8 text-soft', 'px-3 h-8 text-soft'],
  ['h-11 px-5', 'size-11', 'px-5 size-11'],
  ['inline-flex rounded-lg', 'hidden sm:inline-flex', 'rounded-lg hidden sm:inline-flex'],
  ['hover:bg-hover hover:text-ink', 'bg-panel hover:text-current', 'hover:bg-hover bg-panel hover:text-current'],
  ['font-medium text-[13px]', 'font-mono text-xs', 'font-medium font-mono text-xs'],
  [
    'bg-panel border-line',
    'bg-[radial-gradient(red,blue)] border-mark',
    'bg-panel bg-[radial-gradient(red,blue)] border-mark',
  ],
])('the classes of a part, %j, and those of its user, %j, are %j together', (ofPart, ofUser, both) => {
  expect(cn(ofPart, ofUser, false, undefined)).toBe(both)
})
