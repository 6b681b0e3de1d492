import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { createGunzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { threadFile } from '../thread-file.ts'
import { version } from '../version.ts'

/**
 * `/docs`: the API to read, search and try. It loads nothing from other hosts, so it works without the internet, and no one
 * else learns who reads it. Reading needs no key; trying a request does.
 */
export function docs(app: FastifyInstance, { publicUrl }: { publicUrl: () => string }): void {
  let script: Promise<Uint8Array> | undefined

  app.get('/docs', undocumented('a page for people'), async (_request, reply) => {
    // Behind a proxy that removes a part of the path, the browser still has to send that part.
    const base = new URL(publicUrl()).pathname.replace(/\/$/, '')
    const start = startOf(base)
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policyOf(start),
        'cache-control': 'no-cache',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
      .send(pageOf(base, start))
  })

  app.get('/docs/scalar.js', undocumented('what the page runs'), async (request, reply) => {
    script ??= compressedScript().catch((error: unknown) => {
      script = undefined // the next request tries again
      throw error
    })
    const compressed = await script
    reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': `public, max-age=${DAY_MS / SECOND_MS}`,
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    })
    if (/\bgzip\b/.test(String(request.headers['accept-encoding']))) {
      return reply.header('content-encoding', 'gzip').send(compressed)
    }
    return reply.send(Readable.from([compressed]).pipe(createGunzip()))
  })
}

/** A quarter of the script's size, kept from the first reader on. */
function compressedScript(): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(threadFile('docs-script', import.meta.url))
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('The reference’s script was not found.')))
  })
}

/** Scalar's settings. Whatever would call another host is off: fonts, telemetry, its agent, its registry, its proxy. */
const SETTINGS = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  documentDownloadType: 'none',
  hideModels: true,
  defaultOpenFirstTag: false,
  expandAllSchemaProperties: true,
  orderSchemaPropertiesBy: 'preserve',
  orderRequiredPropertiesFirst: true,
  authentication: { preferredSecurityScheme: 'apiKey' },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
}

function startOf(base: string): string {
  return `Scalar.createApiReference('#reference', {
  ...${JSON.stringify({ ...SETTINGS, url: `${base}/docs/openapi.json` })},
  servers: [{ url: location.origin + ${JSON.stringify(base)} }],
  generateOperationSlug: ({ operationId }) => operationId,
})`
}

function policyOf(start: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash('sha256', start, 'base64')}'`,
    "style-src 'self' 'unsafe-inline'", // the script writes its styles into the page
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function pageOf(base: string, start: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Polyphony API</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript. The same for machines: <a href="${base}/openapi.json">openapi.json</a></noscript>
<script src="${base}/docs/scalar.js?v=${encodeURIComponent(version)}"></script>
<script>${start}</script>
</body>
</html>
`
}
