import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

/**
 * Files that a build has made, each text also as Brotli and gzip beside it, or as gzip alone. Nothing is read before the
 * first request.
 */
export interface BuiltFiles {
  /** Whether there is a file of this path below the folder, in whichever encoding; none is where there is no build. */
  has(name: string): Promise<boolean>
  /** In which of these it is stored. */
  encodings(name: string): Promise<Encoding[]>
  /** Decoded where no encoding is given. What is read as it is stored stays in memory from the first reader on. */
  read(name: string, encoding?: Encoding): Promise<Uint8Array>
}

type Encoding = keyof typeof SUFFIXES

export const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

/** For a file whose name has a hash of its content. */
export const FOR_GOOD = `public, max-age=${365 * (DAY_MS / SECOND_MS)}, immutable`

const SUFFIXES = { br: '.br', gzip: '.gz' } as const
const ENCODINGS = ['br', 'gzip'] as const // the smaller first
const decode = promisify(gunzip)

export function builtFiles(folder: URL): BuiltFiles {
  const names = lazily(() => filesIn(folder))
  const texts = new Map<string, () => Promise<Uint8Array>>()
  const stored = (name: string): Promise<Uint8Array> => {
    const known = texts.get(name) ?? lazily(() => readFile(new URL(name, folder)))
    texts.set(name, known)
    return known()
  }
  return {
    async has(name) {
      const all = await names()
      return all.has(name) || all.has(name + SUFFIXES.gzip)
    },
    async encodings(name) {
      const all = await names()
      return ENCODINGS.filter((encoding) => all.has(name + SUFFIXES[encoding]))
    },
    async read(name, encoding) {
      if (encoding !== undefined) return stored(name + SUFFIXES[encoding])
      return (await names()).has(name) ? stored(name) : decode(await stored(name + SUFFIXES.gzip))
    },
  }
}

/** Sends a file that there is, as small as the client can read it. */
export async function sendBuilt(
  request: FastifyRequest,
  reply: FastifyReply,
  { files, name, headers }: { files: BuiltFiles; name: string; headers: Record<string, string> },
): Promise<FastifyReply> {
  const stored = await files.encodings(name)
  const encoding = stored.find((one) => isAccepted(request, one))
  const bytes = await files.read(name, encoding)
  reply.headers({
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    ...headers,
  })
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  if (headers['cache-control'] === FOR_GOOD) return reply.send(bytes)
  return sendUnlessKnown(request, reply, bytes)
}

/** Sends what may change under its name; nothing to a client that has it as it is. */
export function sendUnlessKnown(
  request: FastifyRequest,
  reply: FastifyReply,
  content: string | Uint8Array,
): FastifyReply {
  const etag = `"${hash('sha256', content, 'base64url').slice(0, 22)}"`
  reply.headers({ etag, 'cache-control': 'no-cache' })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.send(content)
}

export function notFound({ method, url }: FastifyRequest): PolyphonyError {
  return new PolyphonyError('not_found', `No route ${method} ${url.split('?', 1)[0]}.`)
}

function isAccepted({ headers }: FastifyRequest, encoding: Encoding): boolean {
  const accepted = String(headers['accept-encoding'] ?? '').split(',')
  return accepted.some((one) => one.split(';', 1)[0]?.trim() === encoding)
}

/** The names of the files below a folder; none where there is no build. */
async function filesIn(folder: URL): Promise<ReadonlySet<string>> {
  try {
    const names = await readdir(fileURLToPath(folder), { recursive: true, withFileTypes: true })
    const root = fileURLToPath(folder).length
    return new Set(
      names
        .filter((one) => one.isFile())
        .map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll('\\', '/').replaceAll('//', '/').slice(root)),
    )
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
