import type { FastifyInstance } from 'fastify'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { undocumented } from '../dialects/kit/described.ts'

/** Three voices on one beam. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d2433"/><g fill="none" stroke="#f4b942" stroke-width="2.4" stroke-linecap="round"><path d="M8 21V10h16v11M16 10v8"/></g><g fill="#f4b942"><circle cx="6.5" cy="22" r="2.9"/><circle cx="14.5" cy="19.5" r="2.9"/><circle cx="22.5" cy="22" r="2.9"/></g></svg>`

/** An API has nothing for a search engine but its documentation. */
const ROBOTS = 'User-agent: *\nAllow: /docs\nAllow: /guide\nAllow: /llms\nDisallow: /\n'

const A_DAY = `public, max-age=${DAY_MS / SECOND_MS}`

/** What a browser asks for that was given nothing but the address. */
export function frontDoor(app: FastifyInstance): void {
  app.get('/favicon.ico', undocumented('a picture for browsers'), async (_request, reply) =>
    reply.headers({ 'content-type': 'image/svg+xml', 'cache-control': A_DAY }).send(ICON),
  )
  app.get('/robots.txt', undocumented('for search engines'), async (_request, reply) =>
    reply.headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': A_DAY }).send(ROBOTS),
  )
}
