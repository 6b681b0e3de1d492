import { addressOf, type Place, upFrom } from './links.ts'
import type { Page, PartId } from './pages.ts'
import type { Language } from './protocols.ts'
import { type Rendered, relative } from './render.ts'
import { WORDS } from './words.ts'

/** Addresses below `/guide/` of what pages load. */
export interface Loaded {
  style: string
  theme: string
  script: string
  search: Record<Language, string>
}

export interface Surroundings {
  /** Every page that a reader of this language can open, in order. */
  menu: readonly Page[]
  isPage: (place: Place) => boolean
  loaded: Loaded
}

/** A whole page. */
export function documentOf(page: Page, { html, sections }: Rendered, { menu, isPage, loaded }: Surroundings): string {
  const words = WORDS[page.language]
  const up = upFrom(page)
  const at = menu.findIndex((one) => addressOf(one) === addressOf(page))
  return `<!doctype html>
<html lang="${page.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)} – Polyphony</title>
<meta name="description" content="${escaped(page.about)}">
<link rel="icon" href="${up}../favicon.ico">
<link rel="alternate" type="text/markdown" href="${up}${addressOf(page)}.md">
<link rel="stylesheet" href="${up}${loaded.style}">
<script src="${up}${loaded.theme}"></script>
<script type="module" src="${up}${loaded.script}"></script>
</head>
<body data-up="${up}" data-search="${loaded.search[page.language]}" data-found="${words.found}" data-nothing="${words.nothing}" data-copy="${words.copy}" data-copied="${words.copied}">
<a class="skip" href="#text">${words.skip}</a>
<header>
<button type="button" id="menu" aria-expanded="false" aria-controls="pages" aria-label="${words.menu}">☰</button>
<a class="name" href="${up}${page.language}/getting-started">Polyphony <span>${words.name}</span></a>
<search><input id="search" type="search" placeholder="${words.search}" aria-label="${words.search}" autocomplete="off" spellcheck="false"><div id="found" hidden><p role="status"></p><ul></ul></div></search>
<nav aria-label="Polyphony"><a href="${up}../docs">${words.reference}</a><a href="${up}../">${words.workspace}</a>${otherLanguage(page, isPage)}</nav>
<button type="button" id="theme" aria-label="${words.theme}">◐</button>
</header>
<div class="columns">
<nav id="pages" aria-label="${words.menu}">${menuOf(page, menu)}</nav>
<main id="text" tabindex="-1">
<article>${html}</article>
${neighbours(page, menu[at - 1], menu[at + 1])}
</main>
${contentsOf(sections, words.onThisPage)}
</div>
</body>
</html>
`
}

/** The same page in the other language, where there is one; else that language's first. */
function otherLanguage(page: Page, isPage: (place: Place) => boolean): string {
  const language = page.language === 'en' ? 'zh' : 'en'
  const same: Place = { language, slug: page.slug }
  const place: Place = isPage(same) ? same : { language, slug: 'getting-started' }
  const tag = language === 'zh' ? 'zh-CN' : 'en'
  return `<a href="${relative(page, { place, hash: '' })}" lang="${tag}" hreflang="${tag}">${WORDS[page.language].otherLanguage}</a>`
}

function menuOf(page: Page, menu: readonly Page[]): string {
  const words = WORDS[page.language]
  const parts = Map.groupBy(menu, ({ part }): PartId => part)
  return [...parts]
    .map(([part, pages]) => {
      const isOpen = part === page.part || part === 'calling'
      const items = pages.map((one) => `<li>${menuLink(page, one)}</li>`).join('')
      return `<details${isOpen ? ' open' : ''}><summary>${words.parts[part]}</summary><ul>${items}</ul></details>`
    })
    .join('')
}

function menuLink(page: Page, one: Page): string {
  const isForeign = one.language !== page.language
  const here = addressOf(one) === addressOf(page) ? ' aria-current="page"' : ''
  const note = isForeign ? ` <small lang="zh-CN">${WORDS[page.language].inEnglish}</small>` : ''
  const text = isForeign ? `<span lang="en">${escaped(shortTitle(one))}</span>` : escaped(shortTitle(one))
  return `<a href="${relative(page, { place: one, hash: '' })}"${here}>${text}</a>${note}`
}

/** What comes before a colon, and the name of a protocol alone: menus are narrow. */
function shortTitle({ title }: Page): string {
  return (
    title
      .replace(/^You use /, '')
      .replace(/^从 (.+) 接入$/, '$1')
      .split(/[:：] ?/, 1)[0] ?? title
  )
}

function neighbours(page: Page, previous: Page | undefined, next: Page | undefined): string {
  const words = WORDS[page.language]
  const link = (one: Page | undefined, label: string, rel: string): string =>
    one === undefined
      ? ''
      : `<a rel="${rel}" href="${relative(page, { place: one, hash: '' })}"><small>${label}</small> ${escaped(shortTitle(one))}</a>`
  return `<nav id="neighbours" aria-label="${words.previous} / ${words.next}">${link(previous, words.previous, 'prev')}${link(next, words.next, 'next')}</nav>`
}

function contentsOf(sections: Rendered['sections'], label: string): string {
  const headings = sections.filter(({ level }) => level === 2)
  if (headings.length < 2) return ''
  const items = headings.map(({ anchor, heading }) => `<li><a href="#${anchor}">${escaped(heading)}</a></li>`)
  return `<nav id="contents" aria-label="${label}"><h2>${label}</h2><ul>${items.join('')}</ul></nav>`
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
