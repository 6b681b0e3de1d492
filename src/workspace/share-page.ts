import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ASSET_SCHEME, type Asset } from '../core/asset.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isOpen, type Share } from '../core/share.ts'
import type { Task } from '../core/task.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { undocumented } from '../dialects/kit/described.ts'

/**
 * `/s/ID`: what a task made, for anyone who has the link. It is a page without scripts, and its files are below it: when the
 * link ends, so do they, since nothing on the page leads to the addresses that they have in the library.
 */

interface OneShare {
  Params: { id: string }
}
interface OneFile {
  Params: { id: string; file: string }
}

type ShareContext = Pick<DialectContext, 'tasks' | 'assets' | 'sendFile' | 'clock'>
interface Shares {
  getShare(one: { id: string }): Promise<Share | undefined>
}

interface Shared {
  share: Share
  task: Task
  /** In the order of the page; numbered from 1 in their addresses. */
  files: string[]
}

export function sharePages(app: FastifyInstance, shares: Shares, context: ShareContext): void {
  app.get<OneShare>('/s/:id', undocumented('a page for those who have a link'), async (request, reply) => {
    const words = WORDS[languageOf(request as FastifyRequest)]
    const shared = await sharedBy(request.params.id, shares, context)
    sendHeaders(reply)
    if (!shared) return reply.code(404).send(document(words, words.gone, `<p class="gone">${words.goneAbout}</p>`))
    const kinds = await Promise.all(shared.files.map((file) => context.assets.find(idOf(file))))
    return reply.send(document(words, shared.share.title, contentOf(shared, kinds, words)))
  })

  app.register(async (inside) => {
    inside.addHook('onSend', async (request, reply) => {
      // An answer that others keep would outlive the link.
      reply.header('cache-control', reply.statusCode < 300 ? 'private, max-age=60' : 'no-store')
      const name = (request.params as OneFile['Params']).file.replaceAll(/[^\w.]/g, '')
      const isMedia = /^(?:audio|image|video)\//.test(String(reply.getHeader('content-type')))
      reply.header('content-disposition', `${isMedia ? 'inline' : 'attachment'}; filename="${name}"`)
      reply.header('referrer-policy', 'no-referrer')
    })
    inside.get<OneFile>('/s/:id/:file', undocumented('a file of such a page'), async (request, reply) => {
      const { id, file } = request.params
      const shared = await sharedBy(id, shares, context)
      const [number = '', extension] = file.split('.')
      const found = /^[1-9]\d{0,2}$/.test(number) ? shared?.files[Number(number) - 1] : undefined
      // A reference to none is answered as an unknown file.
      const reference = found?.endsWith(`.${extension}`) ? found : `${ASSET_SCHEME}none.${extension}`
      return context.sendFile(reference, request as FastifyRequest, reply)
    })
  })
}

async function sharedBy(id: string, { getShare }: Shares, { tasks, clock }: ShareContext): Promise<Shared | undefined> {
  const share = /^[\w-]{20,40}$/.test(id) ? await getShare({ id }) : undefined
  if (!share || !isOpen(share, clock.now())) return undefined
  const task = await tasks.findOpenly(share.taskId)
  return task && { share, task, files: referencesIn(task.output) }
}

function referencesIn(value: Json): string[] {
  if (typeof value === 'string') return value.startsWith(ASSET_SCHEME) ? [value] : []
  if (value === null || typeof value !== 'object') return []
  return [...new Set(Object.values(value).flatMap(referencesIn))]
}

const idOf = (reference: string): string => reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''

type Words = (typeof WORDS)['en']
const WORDS = {
  en: {
    lang: 'en',
    shared: 'Shared from Polyphony',
    download: 'Download',
    gone: 'This link leads nowhere any more',
    goneAbout: 'It has expired, or whoever shared it took it back.',
    expired: 'A file of this page has expired.',
  },
  zh: {
    lang: 'zh-CN',
    shared: '来自 Polyphony 的分享',
    download: '下载',
    gone: '此链接已失效',
    goneAbout: '它已过期，或已被分享者撤回。',
    expired: '此页面中的一个文件已过期。',
  },
}

function languageOf({ headers }: FastifyRequest): keyof typeof WORDS {
  return /^\s*zh\b/i.test(headers['accept-language'] ?? '') ? 'zh' : 'en'
}

/** The parts of an output as a page shows them; files that are gone say so. */
function contentOf(
  { share, task: { output }, files }: Shared,
  assets: readonly (Asset | undefined)[],
  words: Words,
): string {
  const address = (reference: Json | undefined): string => {
    const at = typeof reference === 'string' ? files.indexOf(reference) : -1
    return at === -1 || !assets[at] ? '' : `${share.id}/${at + 1}.${assets[at].extension}`
  }
  const list = (name: string): JsonObject[] => {
    const items = isJsonObject(output) ? output[name] : undefined
    return Array.isArray(items) ? items.filter(isJsonObject) : []
  }
  const download = (url: string): string => `<a class="download" href="${url}" download>${words.download}</a>`
  const missing = `<p class="gone">${words.expired}</p>`
  const image = (url: string): string => `<img src="${url}" alt="${escaped(share.title)}">`
  const sound = (url: string): string =>
    url === '' ? missing : `<audio controls preload="metadata" src="${url}"></audio>${download(url)}`

  const model = isJsonObject(output) && isJsonObject(output.model) ? output.model : undefined
  const parts = [
    ...list('clips').map((clip) => {
      const cover = address(clip.imageLarge) || address(clip.image)
      return `${cover === '' ? '' : image(cover)}<h2>${escaped(String(clip.title ?? ''))}</h2>${sound(address(clip.audio))}`
    }),
    ...list('pictures').map(({ file }) =>
      address(file) === '' ? missing : image(address(file)) + download(address(file)),
    ),
    ...list('videos').map(({ file, cover }) => {
      const poster = address(cover)
      const from = address(file)
      if (from === '') return missing
      return `<video controls playsinline preload="metadata" src="${from}"${poster === '' ? '' : ` poster="${poster}"`}></video>${download(from)}`
    }),
    ...list('sounds').map(({ file }) => sound(address(file))),
    ...(model
      ? [
          `${address(model.picture) === '' ? '' : image(address(model.picture))}${address(model.file) === '' ? missing : download(address(model.file))}`,
        ]
      : []),
    ...list('lyrics').map(
      ({ title, text }) => `<h2>${escaped(String(title ?? ''))}</h2><pre>${escaped(String(text ?? ''))}</pre>`,
    ),
    ...textsIn(output).map((text) => `<pre>${escaped(text)}</pre>`),
  ]
  return parts.map((part) => `<article>${part}</article>`).join('\n')
}

function textsIn(output: Json): string[] {
  const texts = isJsonObject(output) ? output.texts : undefined
  return Array.isArray(texts) ? texts.filter((text) => typeof text === 'string') : []
}

/** In the colours of `web/src/app.css`. */
const STYLE = `
:root { color-scheme: light dark; --ground: #f7f6f4; --panel: #fff; --ink: #1b1e26; --soft: #565c6b; --line: #e3e0db; --mark: #8a5200 }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1116; --panel: #151920; --ink: #e9ebef; --soft: #9fa8b8; --line: #272e3a; --mark: #f4b942 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 2rem }
h1 { margin: 0 0 1.5rem; font-size: 1.75rem; line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere }
h2 { margin: 1rem 0 .5rem; font-size: 1.1rem }
article { margin: 0 0 1.25rem; padding: 1.25rem; background: var(--panel); border: 1px solid var(--line); border-radius: 1rem }
img, video { display: block; max-width: 100%; max-height: 80vh; margin: 0 auto; border-radius: .6rem }
audio { display: block; width: 100%; margin-top: .75rem }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
.download { display: inline-block; margin-top: .9rem; color: var(--mark); font-weight: 600; text-decoration: none }
.download:hover { text-decoration: underline }
.gone, footer { color: var(--soft) }
footer { padding: 0 1.25rem 3rem; text-align: center; font-size: .85rem }`

function document({ lang, shared }: Words, title: string, content: string): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
<footer>${shared}</footer>
</body>
</html>
`
}

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "img-src 'self'",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function sendHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
    vary: 'accept-language',
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
