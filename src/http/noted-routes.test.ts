import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { describedBy, undocumented } from '../dialects/kit/described.ts'
import { type NotedRoute, noteRoutes } from './noted-routes.ts'

const described = describedBy<Record<string, object>>()
const handler = async () => ({})

/** The notes of a plugin below `/photon/:version` with these routes. Throws what keeps them from being added. */
async function notesOf(add: (app: FastifyInstance) => void): Promise<NotedRoute[]> {
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
  let notes: NotedRoute[] = []
  app.register(async (module) => {
    notes = noteRoutes(module)
    await module.register(async (inside) => add(inside), { prefix: '/photon/:version' })
  })
  await app.ready()
  await app.close()
  return notes
}

describe('the routes of a module', () => {
  it('are noted with method, path, prefix and key; the HEAD of a GET is taken for granted', async () => {
    const notes = await notesOf((app) => {
      app.get('/', described('list'), handler)
      app.post('/rays/:id/bend', described('bend'), handler)
      app.route({ method: ['PUT', 'DELETE'], url: '/rays', ...described('change'), handler })
      app.get('/page', undocumented('a page for people'), handler)
    })
    const prefix = '/photon/:version'
    expect(notes).toEqual([
      { method: 'GET', path: '/photon/{version}', prefix, key: 'list' },
      { method: 'POST', path: '/photon/{version}/rays/{id}/bend', prefix, key: 'bend' },
      { method: 'PUT', path: '/photon/{version}/rays', prefix, key: 'change' },
      { method: 'DELETE', path: '/photon/{version}/rays', prefix, key: 'change' },
    ])
  })

  it('are noted once for each path that a route with a parameter or a wildcard describes', async () => {
    const notes = await notesOf((app) => {
      app.post('/submit/:action', described({ '/submit/ray': 'submitRay', '/submit/beam': 'submitBeam' }), handler)
      app.get('/feed/*', described({ '/feed/{ids}': 'feed' }), handler)
    })
    expect(notes.map(({ method, path, key }) => `${method} ${path} ${key}`)).toEqual([
      'POST /photon/{version}/submit/ray submitRay',
      'POST /photon/{version}/submit/beam submitBeam',
      'GET /photon/{version}/feed/{ids} feed',
    ])
  })

  it('cannot be added without a description or the reason to have none', async () => {
    await expect(notesOf((app) => void app.post('/rays', handler))).rejects.toThrow(
      'The route POST /photon/:version/rays has no description',
    )
    const nested = (app: FastifyInstance) => void app.register(async (scope) => void scope.get('/rays', handler))
    await expect(notesOf(nested)).rejects.toThrow('The route GET /photon/:version/rays has no description')
  })

  it('cannot describe a wildcard as one path, nor a path that they do not serve', async () => {
    await expect(notesOf((app) => void app.get('/feed/*', described('feed'), handler))).rejects.toThrow(
      'The route GET /photon/:version/feed/* has a wildcard',
    )
    const elsewhere = described({ '/fetch/ray': 'ray' })
    await expect(notesOf((app) => void app.post('/submit/:action', elsewhere, handler))).rejects.toThrow(
      'The route POST /photon/:version/submit/:action does not serve /photon/{version}/fetch/ray',
    )
  })
})
