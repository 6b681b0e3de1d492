import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { RouteModule } from '../dialects/dialect.ts'
import { RouteGroups } from './route-groups.ts'

function moduleAt(id: string, ...paths: `/${string}`[]): RouteModule {
  return {
    id,
    title: id,
    paths,
    routes: () => {},
    describe: async () => ({ tags: [], operations: {}, webhooks: {}, schemas: {} }),
  }
}

const opened = async (): Promise<FastifyInstance> => Fastify()

describe('the groups of routes', () => {
  const groups = new RouteGroups(
    [
      moduleAt('video', '/v1/videos', '/own'),
      moduleAt('film', '/v1/videos/text2video', '/film'),
      moduleAt('chat', '/v1/models'),
      moduleAt('run', '/v1/models', '/run'),
      moduleAt('fast', '/mj', '/mj-:speed'),
    ],
    opened,
  )
  const idsAt = (url: string) => groups.at(url)?.modules.map(({ id }) => id)

  it.each([
    ['/own', ['video']],
    ['/own/', ['video']],
    ['/own?x=/film', ['video']],
    ['/own#film', ['video']],
    ['/v1/videos/7/content', ['video']],
    ['/v1/videos/text2video', ['film']],
    ['/v1/videos/text2video/7/more/of/it', ['film']],
    ['/v1/videos/text2video2', ['video']],
    ['/v1/models', ['chat', 'run']],
    ['/run/x', ['chat', 'run']],
    ['/%6fwn/x', ['video']],
    ['/own/%', ['video']],
    ['/mj/submit', ['fast']],
    ['/mj-turbo/mj/submit', ['fast']],
    ['/mj-', undefined],
    ['/ow', undefined],
    ['/owner', undefined],
    ['/v1', undefined],
    ['/v1/other', undefined],
    ['/', undefined],
    ['*', undefined],
    ['', undefined],
  ])('%s belongs to %j', (url, ids) => {
    expect(idsAt(url)).toEqual(ids)
  })

  it('a path of a hundred thousand parts is told as fast as a short one', () => {
    const long = `/${'x/'.repeat(100_000)}`
    const before = performance.now()
    expect(idsAt(long)).toBeUndefined()
    expect(performance.now() - before).toBeLessThan(100)
  })

  it('a router that could not be built is built again with the next request, and only once at a time', async () => {
    let attempts = 0
    const failing = new RouteGroups([moduleAt('own', '/own')], async () => {
      attempts += 1
      if (attempts === 1) throw new Error('no memory')
      return Fastify()
    })
    const group = failing.at('/own')
    if (!group) throw new Error('There is no group.')
    await expect(failing.open(group)).rejects.toThrow('no memory')
    const [one, other] = await Promise.all([failing.open(group), failing.open(group)])
    expect(one).toBe(other)
    expect(attempts).toBe(2)
    await failing.close()
  })
})
