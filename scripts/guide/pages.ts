import { readdir, readFile } from 'node:fs/promises'
import { protocolPage } from './protocol-page.ts'
import { type Language, PROTOCOLS } from './protocols.ts'

/** The pages of the guide: the Markdown of `docs`, and those that are written from the table of protocols. */
export interface Page {
  language: Language
  /** Its address below `/guide/LANGUAGE/`, and its path below `docs` without `.md`. */
  slug: string
  part: PartId
  markdown: string
  title: string
  /** The first sentences, without their marks. */
  about: string
}

export type PartId = 'calling' | 'protocols' | 'operating' | 'providers' | 'contributing'

/** The parts in the order of the menu. `read`: folders of `docs` whose pages follow, by name. */
const PARTS: { id: PartId; slugs: readonly string[]; read?: string }[] = [
  {
    id: 'calling',
    slugs: ['getting-started', 'errors', 'webhooks', 'uploads', 'limits', 'calls', 'mcp', 'clients'],
  },
  { id: 'protocols', slugs: [...PROTOCOLS.map(({ slug }) => `protocols/${slug}`), 'dialects', 'compatibility'] },
  {
    id: 'operating',
    slugs: [
      'operations',
      'configuration',
      'accounts',
      'prices',
      'payments',
      'workspace',
      'studio',
      'workshop',
      'reliability',
      'performance',
      'move',
      'compare',
    ],
  },
  { id: 'providers', slugs: ['providers'], read: 'providers' },
  { id: 'contributing', slugs: ['architecture'], read: 'contributing' },
]

/** What the guide leaves out: reasons for choices, which are for who changes the code, beside the code. */
export const LEFT_OUT = ['decisions']

const DOCS = new URL('../../docs/', import.meta.url)

export async function readPages(docs: URL = DOCS): Promise<Page[]> {
  const english = await Promise.all(PARTS.map(async (part) => pagesOf('en', part.id, await slugsOf(part, docs), docs)))
  const translated = new Set((await readdir(new URL('zh/', docs))).map((name) => name.replace(/\.md$/, '')))
  const chinese = await Promise.all(
    PARTS.map(({ id, slugs }) =>
      pagesOf(
        'zh',
        id,
        slugs.filter((slug) => translated.has(slug) || slug.startsWith('protocols/')),
        docs,
      ),
    ),
  )
  return [...english, ...chinese].flat()
}

async function slugsOf({ slugs, read }: (typeof PARTS)[number], docs: URL): Promise<string[]> {
  if (read === undefined) return [...slugs]
  const names = (await readdir(new URL(`${read}/`, docs))).filter((name) => name.endsWith('.md')).sort()
  return [...slugs, ...names.map((name) => `${read}/${name.replace(/\.md$/, '')}`)]
}

function pagesOf(language: Language, part: PartId, slugs: readonly string[], docs: URL): Promise<Page[]> {
  return Promise.all(
    slugs.map(async (slug) => {
      const markdown = await markdownOf(language, slug, docs)
      const [, title] = /^# (.+)$/m.exec(markdown) ?? []
      if (title === undefined) throw new Error(`docs/${slug}.md (${language}) has no title: a first line "# …".`)
      return { language, slug, part, markdown, title: plain(title), about: aboutOf(markdown) }
    }),
  )
}

async function markdownOf(language: Language, slug: string, docs: URL): Promise<string> {
  const protocol = PROTOCOLS.find((one) => slug === `protocols/${one.slug}`)
  if (protocol) return protocolPage(protocol, language)
  return readFile(new URL(`${language === 'en' ? '' : `${language}/`}${slug}.md`, docs), 'utf8')
}

function aboutOf(markdown: string): string {
  const paragraph = markdown.split(/\n{2,}/).find((one) => /^[\p{L}`[]/u.test(one)) ?? ''
  const text = plain(paragraph.replaceAll('\n', ' '))
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`
}

/** Without the marks of Markdown. */
const plain = (text: string): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
