import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { basePathOf } from '../core/public-url.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { builtFiles, FOR_GOOD, notFound, sendBuilt, sendUnlessKnown, TYPES } from './built-files.ts'

/** Where `scripts/build-guide.ts` puts it: beside the bundle, which a checkout has in `dist`. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../dist/guide/' : './guide/', import.meta.url)

/** The languages of the guide; the first is that of readers who ask for none of them. */
const LANGUAGES = ['en', 'zh'] as const
type Language = (typeof LANGUAGES)[number]

const FIRST_PAGE = 'getting-started'

/** The placeholder of the gateway's address in the texts for language models. */
const ADDRESS = '{{PUBLIC_URL}}'

export interface GuideOptions {
  publicUrl: () => string
  /** Default: where the build puts it. */
  folder?: URL
}

/**
 * `/guide`: the documentation of `docs`, built into pages with a search, in English and Chinese. It loads nothing from other
 * hosts and needs no key. `/llms.txt` and `/llms-full.txt` are the same for language models (https://llmstxt.org).
 */
export function guide(app: FastifyInstance, { publicUrl, folder = FOLDER }: GuideOptions): void {
  const files = builtFiles(folder)
  const below = (path: string): string => `${basePathOf(publicUrl())}/guide/${path}`

  app.get('/guide', undocumented('a page for people'), async (request, reply) => {
    if (!(await files.has('llms.txt'))) throw notFound(request)
    return reply.header('vary', 'accept-language').redirect(below(`${languageFor(request)}/${FIRST_PAGE}`))
  })

  app.get<{ Params: { '*': string } }>('/guide/*', undocumented('a page for people'), async (request, reply) => {
    const path = request.params['*'].replace(/\/$/, '')
    if (isLanguage(path)) return reply.redirect(below(`${path}/${FIRST_PAGE}`))
    const name = /\.\w+$/.test(path) ? path : `${path}.html`
    if (!(await files.has(name))) throw notFound(request)
    // The links of a page lead from its own address, in which a slash at the end would count as a step.
    if (/\/(?:\?|$)/.test(request.url)) return reply.redirect(below(path))
    return sendBuilt(request, reply, { files, name, headers: headersOf(name) })
  })

  for (const name of ['llms.txt', 'llms-full.txt']) {
    app.get(`/${name}`, undocumented('for language models'), async (request, reply) => {
      if (!(await files.has(name))) throw notFound(request)
      const text = String(Buffer.from(await files.read(name))).replaceAll(ADDRESS, publicUrl().replace(/\/$/, ''))
      return sendText(request, reply, text)
    })
  }
}

function sendText(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  reply.headers({ 'content-type': TYPES['.txt'], 'x-content-type-options': 'nosniff' })
  return sendUnlessKnown(request, reply, text)
}

/** The names of what pages load have a hash of the content; a picture of a page has none. */
function headersOf(name: string): Record<string, string> {
  if (name.startsWith('assets/')) return { 'cache-control': FOR_GOOD }
  if (!name.endsWith('.html')) return {}
  return { 'content-security-policy': POLICY, 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY' }
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const isLanguage = (text: string): text is Language => LANGUAGES.some((one) => one === text)

/** The first of a browser's languages that the guide has. */
function languageFor({ headers }: FastifyRequest): Language {
  const wanted = String(headers['accept-language'] ?? '')
    .split(',')
    .map((one) => one.trim().slice(0, 2).toLowerCase())
  return wanted.find(isLanguage) ?? LANGUAGES[0]
}
