import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { basePathOf } from '../core/public-url.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { type BuiltFiles, builtFiles, FOR_GOOD, notFound, sendBuilt, sendUnlessKnown, TYPES } from './built-files.ts'

/**
 * The pages of the workspace. All are the same document, whose script shows the one of its address; so they are listed, and
 * every other path stays an unknown route.
 */
export const WEB_PAGES = [
  '/',
  '/studio',
  '/chat',
  '/library',
  '/tasks',
  '/tasks/:id',
  '/keys',
  '/money',
  '/accounts',
  '/team',
  '/settings',
  '/operator',
  '/operator/:section',
  '/sign-in',
  '/sign-up',
  '/claim',
  '/invitation',
  '/reset',
  '/enter',
  '/connect',
]

/** Where `scripts/build-web.ts` puts it: beside the bundle, which a checkout has in `dist`. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../dist/web/' : './web/', import.meta.url)

export interface WebOptions {
  publicUrl: () => string
  /** Default: where the build puts it. */
  folder?: URL
}

/**
 * Answers a visit to an unknown address with the workspace, which says so and leads on; other requests are left to the caller
 * (`undefined`), and so is everything where there is no build. `isOfApi`: below this path, answers are for programs.
 */
export function unknownPage(
  { publicUrl, folder = FOLDER }: WebOptions,
  isOfApi: (path: string) => boolean,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const files = builtFiles(folder)
  return async (request, reply) => {
    const [path = ''] = request.url.split('?', 1)
    if (request.method !== 'GET' || !isVisit(request) || isOfApi(path)) return undefined
    if (!(await files.has('index.html'))) return undefined
    reply.code(404).headers({ ...PAGE_HEADERS, 'cache-control': 'no-store' })
    return reply.send(await pageOf(files, publicUrl))
  }
}

/** Serves the workspace. Nothing is read before the first visit, so a gateway without visitors starts and idles as before. */
export function web(app: FastifyInstance, { publicUrl, folder = FOLDER }: WebOptions): void {
  const files = builtFiles(folder)
  for (const path of WEB_PAGES) {
    app.get(path, undocumented('a page of the workspace'), async (request, reply) => {
      if (!(await files.has('index.html'))) {
        // A checkout without a build has the documentation for people, and nothing else.
        if (path === '/') return reply.redirect(`${basePath(publicUrl)}docs`)
        throw notFound(request)
      }
      if (path !== '/' && !takesHtml(request)) throw notFound(request)
      reply.headers(PAGE_HEADERS)
      return sendUnlessKnown(request, reply, await pageOf(files, publicUrl))
    })
  }

  app.get<{ Params: { '*': string } }>('/assets/*', undocumented('what the pages load'), async (request, reply) => {
    const name = `assets/${request.params['*']}`
    if (!(await files.has(name))) throw notFound(request)
    // Its name has a hash of its content.
    return sendBuilt(request, reply, { files, name, headers: { 'cache-control': FOR_GOOD } })
  })
}

/** The document of all pages, which knows below which path of a proxy it is. */
async function pageOf(files: BuiltFiles, publicUrl: () => string): Promise<string> {
  const text = Buffer.from(await files.read('index.html')).toString()
  return text.replace('<base href="/" />', `<base href="${escaped(basePath(publicUrl))}" />`)
}

function basePath(publicUrl: () => string): string {
  return `${basePathOf(publicUrl())}/`
}

/**
 * Scripts are files of ours alone. Media may come from the host of the files, which an operator may have elsewhere; styles of
 * elements are set by scripts that position menus and lists.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: http: https:",
  "media-src 'self' blob: http: https:",
  "connect-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE_HEADERS = {
  'content-type': TYPES['.html'],
  'content-security-policy': POLICY,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Beside `Authorization`: of all protocols that are served. */
const KEY_HEADERS = ['x-api-key', 'api-key', 'x-goog-api-key', 'mj-api-secret']

function takesHtml({ headers }: FastifyRequest): boolean {
  return String(headers.accept ?? '').includes('text/html')
}

/** Programs take HTML, too, as those of Java do by themselves: what loads a picture or brings a key is no visit. */
function isVisit(request: FastifyRequest): boolean {
  const { headers } = request
  if (!takesHtml(request) || KEY_HEADERS.some((name) => headers[name] !== undefined)) return false
  // A browser repeats at each address the password that a proxy in front asked for.
  if (headers.authorization !== undefined && !/^Basic /i.test(headers.authorization)) return false
  return (headers['sec-fetch-dest'] ?? 'document') === 'document'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
