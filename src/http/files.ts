import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import type { Asset } from '../core/asset.ts'
import { type Clock, DAY_MS, SECOND_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isId } from '../core/ids.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { type ByteRange, parseRange } from './byte-range.ts'

export interface FilesOptions {
  assets: Pick<Assets, 'find' | 'open'>
  clock?: Clock
}

interface Named {
  Params: { name: string }
}

const MAX_AGE_MS = 365 * DAY_MS

export type SendFile = (name: string, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/**
 * Sends a stored file by its name, `ID.EXT`. Everyone who knows the name may read: the id is random. A file never changes, so
 * it is cached until it expires. Players seek with `Range`; a request for several ranges gets the whole file.
 */
export function fileSender({ assets, clock = systemClock }: FilesOptions): SendFile {
  async function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.headers(headersOf(asset, clock.now()))
    if (isUnchanged(asset, request.headers)) return reply.code(304).send()
    const { sizeBytes } = asset
    if (request.method === 'HEAD') return reply.header('content-length', sizeBytes).send()
    const range = rangeOf(asset, request.headers)
    if (range === 'unsatisfiable') return sendUnsatisfiable(reply, sizeBytes)
    const stream = await openOrMissing(assets, asset, range)
    if (!stream) return sendMissing(reply)
    if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`)
    reply.header('content-length', range ? range.end - range.start + 1 : sizeBytes)
    return reply.send(stream)
  }

  return async (name, request, reply) => {
    const asset = await findByName(assets, name)
    return asset ? send(asset, request, reply) : sendMissing(reply)
  }
}

/** Serves stored files at `/files/ID.EXT`. */
export const files: FastifyPluginAsync<FilesOptions> = async (app, options) => {
  const send = fileSender(options)
  app.route<Named>({
    method: ['GET', 'HEAD'],
    url: '/files/:name',
    exposeHeadRoute: false,
    ...undocumented('answers give whole URLs of files'),
    handler: (request, reply) => send(request.params.name, request as FastifyRequest, reply),
  })
}

async function findByName(assets: FilesOptions['assets'], name: string): Promise<Asset | undefined> {
  const [id = '', extension, ...rest] = name.split('.')
  if (!isId(id) || rest.length > 0) return undefined
  const asset = await assets.find(id)
  return asset?.extension === extension ? asset : undefined
}

async function openOrMissing(
  assets: FilesOptions['assets'],
  asset: Asset,
  range: ByteRange | undefined,
): Promise<Readable | undefined> {
  try {
    return await assets.open(asset, range)
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'not_found') return undefined
    throw error
  }
}

function headersOf(asset: Asset, now: number): Record<string, string> {
  const maxAgeSeconds = Math.floor(Math.min(Math.max(asset.expiresAt - now, 0), MAX_AGE_MS) / SECOND_MS)
  return {
    'content-type': asset.mediaType,
    'content-disposition': `${isMedia(asset) ? 'inline' : 'attachment'}; filename="${asset.id}.${asset.extension}"`,
    etag: etagOf(asset),
    'last-modified': lastModifiedOf(asset),
    'repr-digest': `sha-256=:${Buffer.from(asset.sha256, 'hex').toString('base64')}:`,
    'cache-control': `public, max-age=${maxAgeSeconds}, immutable`,
    'accept-ranges': 'bytes',
    // Whatever a file contains, no browser runs it as a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
  }
}

function isMedia({ mediaType }: Asset): boolean {
  return /^(audio|image|video)\//.test(mediaType)
}

function etagOf({ sha256 }: Asset): string {
  return `"${sha256}"`
}

function lastModifiedOf({ createdAt }: Asset): string {
  return new Date(createdAt).toUTCString()
}

/** RFC 9110, 13.2.2: the date counts only when no tag is given. */
function isUnchanged(asset: Asset, headers: IncomingHttpHeaders): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) {
    return tags.split(',').some((tag) => ['*', etagOf(asset)].includes(tag.trim().replace(/^W\//, '')))
  }
  const since = headers['if-modified-since']
  return since !== undefined && Date.parse(lastModifiedOf(asset)) <= Date.parse(since)
}

function rangeOf(asset: Asset, headers: IncomingHttpHeaders): ByteRange | 'unsatisfiable' | undefined {
  const condition = headers['if-range']
  const isSame = condition === undefined || condition === etagOf(asset) || condition === lastModifiedOf(asset)
  return isSame ? parseRange(headers.range, asset.sizeBytes) : undefined
}

const HEADERS_OF_THE_FILE = ['content-disposition', 'etag', 'last-modified', 'repr-digest', 'cache-control']

function sendUnsatisfiable(reply: FastifyReply, sizeBytes: number): FastifyReply {
  for (const name of HEADERS_OF_THE_FILE) reply.removeHeader(name)
  return reply
    .code(416)
    .header('content-range', `bytes */${sizeBytes}`)
    .type('application/json; charset=utf-8')
    .send({ code: 416, message: `The range is outside the file, which has ${sizeBytes} bytes.` })
}

function sendMissing(reply: FastifyReply): FastifyReply {
  for (const name of [...HEADERS_OF_THE_FILE, 'accept-ranges']) reply.removeHeader(name)
  return reply
    .code(404)
    .type('application/json; charset=utf-8')
    .send({ code: 404, message: 'There is no such file, or it has expired.' })
}
