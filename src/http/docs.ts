import { hash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { undocumented } from '../dialects/kit/described.ts'
import { version } from '../version.ts'
import { builtFiles, FOR_GOOD, notFound, sendBuilt } from './built-files.ts'

/** Where `scripts/build-reference.ts` puts it: beside the bundle, which a checkout has in `dist`. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../dist/reference/' : './reference/', import.meta.url)
const SCRIPT = 'scalar.js'

/**
 * `/docs`: the API to read, search and try. It loads nothing from other hosts, so it works without the internet, and no one
 * else learns who reads it. Reading needs no key; trying a request does.
 */
export function docs(app: FastifyInstance, { publicUrl }: { publicUrl: () => string }): void {
  const files = builtFiles(FOLDER)

  app.get('/docs', undocumented('a page for people'), async (_request, reply) => {
    // A checkout without a build has no script to show it by.
    if (!(await files.has(SCRIPT)))
      return reply.redirect(`${new URL(publicUrl()).pathname.replace(/\/$/, '')}/openapi.json`)
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

  app.get(`/docs/${SCRIPT}`, undocumented('what the page runs'), async (request, reply) => {
    if (!(await files.has(SCRIPT))) throw notFound(request)
    // Its address has the version.
    return sendBuilt(request, reply, { files, name: SCRIPT, headers: { 'cache-control': FOR_GOOD } })
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
<script src="${base}/docs/${SCRIPT}?v=${encodeURIComponent(version)}"></script>
<script>${start}</script>
</body>
</html>
`
}
