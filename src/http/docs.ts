import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { basePathOf } from '../core/public-url.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { version } from '../version.ts'
import { builtFiles, FOR_GOOD, notFound, sendBuilt } from './built-files.ts'
import type { Reference } from './openapi.ts'

/** Where `scripts/build-reference.ts` puts it: beside the bundle, which a checkout has in `dist`. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../dist/reference/' : './reference/', import.meta.url)
const SCRIPT = 'scalar.js'

/** The page that has everything, and takes as long to be shown. */
const WHOLE = 'all'

/**
 * `/docs`: the API to read, search and try: a list of protocols and models, a page for each, and one for all. It loads nothing
 * from other hosts, so it works without the internet, and no one else learns who reads it. Reading needs no key; trying a
 * request does.
 */
export function docs(
  app: FastifyInstance,
  { publicUrl, reference }: { publicUrl: () => string; reference: Reference },
): void {
  const files = builtFiles(FOLDER)
  // Behind a proxy that removes a part of the path, the browser still has to send that part.
  const base = (): string => basePathOf(publicUrl())

  app.get('/docs', undocumented('a page for people'), async (_request, reply) =>
    sendPage(reply, listPage(base(), reference.protocols(), reference.models()), ''),
  )

  app.get<{ Params: { name: string } }>('/docs/:name', undocumented('a page for people'), async (request, reply) => {
    const { name } = request.params
    if (name !== WHOLE && !reference.has(name)) throw notFound(request)
    // A checkout without a build has no script to show it by.
    if (!(await files.has(SCRIPT))) return reply.redirect(`${base()}/openapi.json`)
    const start = startOf(base(), name === WHOLE ? 'openapi.json' : `openapi/${name}.json`)
    return sendPage(reply, pageOf(base(), start), start)
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

function sendPage(reply: FastifyReply, page: string, start: string): FastifyReply {
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyOf(start),
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .send(page)
}

function startOf(base: string, document: string): string {
  return `Scalar.createApiReference('#reference', {
  ...${JSON.stringify({ ...SETTINGS, url: `${base}/docs/${document}` })},
  servers: [{ url: location.origin + ${JSON.stringify(base)} }],
  generateOperationSlug: ({ operationId }) => operationId,
})`
}

function policyOf(start: string): string {
  return [
    "default-src 'none'",
    start === '' ? "script-src 'none'" : `script-src 'self' 'sha256-${hash('sha256', start, 'base64')}'`,
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

function listPage(
  base: string,
  protocols: ReturnType<Reference['protocols']>,
  models: ReturnType<Reference['models']>,
): string {
  const link = (name: string, text: string) => `<a href="${base}/docs/${encodeURIComponent(name)}">${escaped(text)}</a>`
  const routes = protocols.map(({ name, title }) => `<li>${link(name, title)}</li>`)
  const families = models.map(({ name, model, operations }) => {
    const made = operations.map(({ taskType, title }) => `<li><code>${escaped(taskType)}</code> ${escaped(title)}</li>`)
    return `<section><h3>${link(name, model)}</h3><ul>${made.join('')}</ul></section>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Polyphony API</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem }
a { color: light-dark(#7a4b00, #f4b942) }
h1 { margin: 0 }
h3 { margin: 0; font-size: 1rem }
ul { margin: .25rem 0 0; padding-left: 1.1rem; font-size: .9rem }
.routes, .models { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem }
.routes { list-style: none; padding: 0; font-size: 1rem; gap: .25rem 1rem }
</style>
</head>
<body>
<main>
<h1>Polyphony API</h1>
<p>How to begin, errors and webhooks are in the <a href="${base}/guide">guide</a>. For machines:
<a href="${base}/openapi.json">openapi.json</a>. ${link(WHOLE, 'Everything on one page')} takes some seconds to be shown, and is searched
as a whole.</p>
<h2>Routes</h2>
<ul class="routes">${routes.join('')}</ul>
<h2>Models</h2>
<p>Tasks of <code>POST ${base}/api/v1/task</code>, each with its fields, limits, price and an example to try.</p>
<div class="models">${families.join('')}</div>
</main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
