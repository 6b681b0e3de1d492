import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { basePathOf } from '../core/public-url.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { builtFiles, FOR_GOOD, notFound, sendBuilt, sendUnlessKnown, TYPES } from './built-files.ts'

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

/** Serves the workspace. Nothing is read before the first visit, so a gateway without visitors starts and idles as before. */
export function web(app: FastifyInstance, { publicUrl, folder = FOLDER }: WebOptions): void {
  const files = builtFiles(folder)
  const basePath = () => `${basePathOf(publicUrl())}/`

  for (const path of WEB_PAGES) {
    app.get(path, undocumented('a page of the workspace'), async (request, reply) => {
      if (!(await files.has('index.html'))) {
        // A checkout without a build has the documentation for people, and nothing else.
        if (path === '/') return reply.redirect(`${basePath()}docs`)
        throw notFound(request)
      }
      if (path !== '/' && !takesHtml(request)) throw notFound(request)
      const page = String(Buffer.from(await files.read('index.html'))).replace(
        '<base href="/" />',
        `<base href="${escaped(basePath())}" />`,
      )
      return sendPage(request, reply, page)
    })
  }

  app.get<{ Params: { '*': string } }>('/assets/*', undocumented('what the pages load'), async (request, reply) => {
    const name = `assets/${request.params['*']}`
    if (!(await files.has(name))) throw notFound(request)
    // Its name has a hash of its content.
    return sendBuilt(request, reply, { files, name, headers: { 'cache-control': FOR_GOOD } })
  })
}

function sendPage(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply {
  reply.headers({
    'content-type': TYPES['.html'],
    'content-security-policy': POLICY,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  return sendUnlessKnown(request, reply, page)
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

function takesHtml({ headers }: FastifyRequest): boolean {
  return String(headers.accept ?? '').includes('text/html')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
