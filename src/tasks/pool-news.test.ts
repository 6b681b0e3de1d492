import { expect, it, vi } from 'vitest'
import type { Store } from '../store/store.ts'
import { openPoolNews } from './pool-news.ts'

const WAITING: Awaited<ReturnType<Store['listWaiting']>> = [
  { pool: 'live', operation: 'suno/music' },
  { pool: 'tenant:a', operation: 'suno/lyrics' },
]

it('gives the operations of each pool once, however often they were added', async () => {
  const listWaiting = vi.fn(async () => WAITING)
  const news = openPoolNews({ listWaiting })
  for (const operation of ['suno/music', 'suno/lyrics', 'suno/music']) news.add('live', operation)
  news.add('test', 'suno/music')
  expect(await news.take()).toEqual(
    new Map([
      ['live', new Set(['suno/music', 'suno/lyrics'])],
      ['test', new Set(['suno/music'])],
    ]),
  )
  expect(await news.take()).toEqual(new Map())
  expect(listWaiting).not.toHaveBeenCalled()
})

it('gives everything that waits after a slot became free, once', async () => {
  const listWaiting = vi.fn(async () => WAITING)
  const news = openPoolNews({ listWaiting })
  news.add('live', 'suno/lyrics')
  news.addAll()
  expect(await news.take()).toEqual(
    new Map([
      ['live', new Set(['suno/lyrics', 'suno/music'])],
      ['tenant:a', new Set(['suno/lyrics'])],
    ]),
  )
  expect(await news.take()).toEqual(new Map())
  expect(listWaiting).toHaveBeenCalledTimes(1)
})

it('keeps what is added while the store is read', async () => {
  const answer = Promise.withResolvers<typeof WAITING>()
  const news = openPoolNews({ listWaiting: () => answer.promise })
  news.addAll()
  const taking = news.take()
  news.add('test', 'suno/music')
  answer.resolve([])
  expect(await taking).toEqual(new Map([['test', new Set(['suno/music'])]]))
})

it('takes nothing of what waits for full accounts until a slot is free', async () => {
  const news = openPoolNews({ listWaiting: async () => WAITING })
  news.rest('live', [{ operation: 'suno/music' }])
  expect(news.add('live', 'suno/music')).toBe(false)
  expect(news.add('live', 'suno/lyrics')).toBe(true)
  expect(await news.take()).toEqual(new Map([['live', new Set(['suno/lyrics'])]]))
  news.addAll()
  expect(news.add('live', 'suno/music')).toBe(true)
  expect((await news.take()).get('live')).toEqual(new Set(['suno/music']))
})

it('takes on where a slot became free while accounts were found full', async () => {
  const news = openPoolNews({ listWaiting: async () => [] })
  news.addAll()
  news.rest('live', [{ operation: 'suno/music' }])
  expect(news.add('live', 'suno/music')).toBe(true)
})
