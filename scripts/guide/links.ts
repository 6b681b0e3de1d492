import type { Language } from './protocols.ts'

/** Where a page is: its language and slug. */
export interface Place {
  language: Language
  slug: string
}

export type Target =
  | { kind: 'page'; place: Place; hash: string }
  | { kind: 'file'; path: string }
  | { kind: 'elsewhere'; href: string }

/**
 * What a link of a page's Markdown leads to. Sources lie in `docs`, those in Chinese in `docs/zh`. A page that is not there
 * in the language of the link is meant in English. A `file` is one of the project that is no page, by its path from the root.
 */
export function targetOf(href: string, from: Place, isPage: (place: Place) => boolean): Target {
  if (/^[a-z]+:/i.test(href)) return { kind: 'elsewhere', href }
  const source = new URL(`docs/${from.language === 'en' ? '' : 'zh/'}${from.slug}.md`, ROOT)
  if (href.startsWith('#')) return { kind: 'page', place: from, hash: decodeURIComponent(href) }
  const { pathname, hash } = new URL(href, source)
  const path = decodeURIComponent(pathname.slice(1))
  const [, chinese, slug] = /^docs\/(zh\/)?(.+)\.md$/.exec(path) ?? []
  if (slug !== undefined) {
    const wanted: Place = { language: chinese ? 'zh' : 'en', slug }
    const place = [wanted, { ...wanted, language: 'en' as const }].find(isPage)
    if (place) return { kind: 'page', place, hash: decodeURIComponent(hash) }
  }
  return { kind: 'file', path }
}

const ROOT = new URL('http://project/')

/** From a page to the folder of all, `/guide/`. */
export const upFrom = ({ slug }: Place): string => '../'.repeat(slug.split('/').length)

export const addressOf = ({ language, slug }: Place): string => `${language}/${slug}`

/** The anchors of headings, as GitHub makes them. */
export function anchors(): (heading: string) => string {
  const used = new Map<string, number>()
  return (heading) => {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const before = used.get(anchor) ?? 0
    used.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  }
}
