import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { undocumented } from '../dialects/kit/described.ts'

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
]

/** Where `scripts/build-web.ts` puts it: beside the bundle, which a checkout has in `dist`. */
const FOLDER = new URL(extname(import.meta.url) === '.ts' ? '../../dist/web/' : './web/', import.meta.url)

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
}

const A_YEAR = 365 * (DAY_MS / SECOND_MS)

interface Encoded {
  encoding: 'br' | 'gzip' | undefined
  bytes: Uint8Array
}

export interface WebOptions {
  publicUrl: () => string
  /** Default: where the build puts it. */
  folder?: URL
}

/** Serves the workspace. Nothing is read before the first visit, so a gateway without visitors starts and idles as before. */
export function web(app: FastifyInstance, { publicUrl, folder = FOLDER }: WebOptions): void {
  const files = lazily(() => filesIn(folder))
  const texts = new Map<string, Promise<Uint8Array>>()
  const read = (name: string): Promise<Uint8Array> => {
    const known = texts.get(name) ?? readFile(new URL(name, folder))
    texts.set(name, known)
    return known
  }
  const basePath = () => new URL(publicUrl()).pathname.replace(/\/?$/, '/')

  for (const path of WEB_PAGES) {
    app.get(path, undocumented('a page of the workspace'), async (request, reply) => {
      if (!(await files()).has('index.html')) {
        // A checkout without a build has the documentation for people, and nothing else.
        if (path === '/') return reply.redirect(`${basePath()}docs`)
        throw notFound(request)
      }
      if (path !== '/' && !takesHtml(request)) throw notFound(request)
      const page = String(Buffer.from(await read('index.html'))).replace(
        '<base href="/" />',
        `<base href="${escaped(basePath())}" />`,
      )
      return sendPage(request, reply, page)
    })
  }

  app.get<{ Params: { '*': string } }>('/assets/*', undocumented('what the pages load'), async (request, reply) => {
    const name = `assets/${request.params['*']}`
    const names = await files()
    if (!names.has(name)) throw notFound(request)
    const encoding = encodingFor(request, (suffix) => names.has(name + suffix))
    const bytes = await read(name + (encoding === undefined ? '' : SUFFIXES[encoding]))
    reply.headers({
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      // Its name has a hash of its content.
      'cache-control': `public, max-age=${A_YEAR}, immutable`,
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    })
    return sendEncoded(reply, { encoding, bytes })
  })
}

const SUFFIXES = { br: '.br', gzip: '.gz' } as const

function encodingFor({ headers }: FastifyRequest, isThere: (suffix: string) => boolean): Encoded['encoding'] {
  const accepted = String(headers['accept-encoding'] ?? '')
  if (/\bbr\b/.test(accepted) && isThere('.br')) return 'br'
  return /\bgzip\b/.test(accepted) && isThere('.gz') ? 'gzip' : undefined
}

function sendEncoded(reply: FastifyReply, { encoding, bytes }: Encoded): FastifyReply {
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  return reply.send(bytes)
}

function sendPage(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply {
  const etag = `"${hash('sha256', page, 'base64url').slice(0, 22)}"`
  reply.headers({
    etag,
    'content-type': TYPES['.html'],
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.send(page)
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

function notFound({ method, url }: FastifyRequest): PolyphonyError {
  return new PolyphonyError('not_found', `No route ${method} ${url.split('?', 1)[0]}.`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** The names of the files below a folder; none where there is no build. */
async function filesIn(folder: URL): Promise<ReadonlySet<string>> {
  try {
    const names = await readdir(fileURLToPath(folder), { recursive: true })
    return new Set(names.map((name) => name.replaceAll('\\', '/')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set()
    throw error
  }
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined // the next request tries again
      throw error
    })
    return made
  }
}
