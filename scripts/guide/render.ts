import { createRequire } from 'node:module'
import MarkdownIt, { type MarkdownIt as Markdown, type Token } from 'markdown-it'
import { addressOf, anchors, type Place, type Target, targetOf, upFrom } from './links.ts'
import type { Page } from './pages.ts'
import { WORDS } from './words.ts'

/** By `require`, as the types of the package would add those of browsers to the whole project. */
const load = createRequire(import.meta.url)
const hljs = load('highlight.js/lib/core') as Highlighter // its published interface

interface Highlighter {
  registerLanguage(name: string, language: unknown): void
  getLanguage(name: string): object | undefined
  highlight(code: string, options: { language: string }): { value: string }
}

for (const name of ['bash', 'go', 'java', 'json', 'nginx', 'php', 'python', 'sql', 'typescript', 'yaml']) {
  hljs.registerLanguage(name, load(`highlight.js/lib/languages/${name}`))
}

/** A heading and the text below it, up to the next. */
export interface Section {
  heading: string
  /** '' for what comes before the first heading. */
  anchor: string
  level: number
  text: string
}

export interface Rendered {
  html: string
  sections: Section[]
  targets: Target[]
  /** Paths below `docs/images`. */
  images: string[]
}

/** What a page becomes. Links lead from its own address, so it works below whichever path a proxy has it. */
export function render(page: Page, isPage: (place: Place) => boolean): Rendered {
  const markdown = new MarkdownIt({ html: false })
  const tokens = markdown.parse(page.markdown, {})
  const context: Context = { page, isPage, targets: [], images: [] }
  const sections = named(tokens)
  tokens.forEach((token, index) => {
    settle(token, context)
    // A corner of a table without words is no heading.
    if (token.tag === 'th' && [tokens[index - 1], tokens[index + 1]].some(isEmpty)) token.tag = 'td'
  })
  addRules(markdown, page)
  return { html: markdown.renderer.render(tokens, markdown.options, {}), sections, ...context }
}

const isEmpty = (token: Token | undefined): boolean => token?.type === 'inline' && token.content === ''

interface Context {
  page: Page
  isPage: (place: Place) => boolean
  targets: Target[]
  images: string[]
}

function highlighted(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : ''
}

/** Gives headings their anchors, and cuts the text at them. */
function named(tokens: Token[]): Section[] {
  const anchorOf = anchors()
  const sections: Section[] = [{ heading: '', anchor: '', level: 1, text: '' }]
  tokens.forEach((token, index) => {
    if (token.type === 'heading_open') {
      const heading = textOf(tokens[index + 1])
      const anchor = anchorOf(heading)
      token.attrSet('id', anchor)
      const level = Number(token.tag.slice(1))
      if (level > 1) sections.push({ heading, anchor, level, text: '' })
    } else if (token.type === 'inline' && tokens[index - 1]?.type !== 'heading_open') {
      const last = sections.at(-1)
      if (last) last.text += `${textOf(token)} `
    }
  })
  return sections
}

function textOf(token: Token | undefined): string {
  if (!token) return ''
  if (token.children) return token.children.map((child) => textOf(child)).join('')
  return token.type === 'softbreak' ? ' ' : token.content
}

/** Links and pictures get addresses of the guide; the policy of the pages has no place for styles within elements. */
function settle(token: Token, context: Context): void {
  const { page, isPage, targets, images } = context
  const style = token.attrGet('style')
  if (typeof style === 'string') {
    token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style')
    token.attrSet('class', style.replace(/^text-align:/, 'align-'))
  }
  if (token.type === 'link_open') {
    const target = targetOf(String(token.attrGet('href') ?? ''), page, isPage)
    targets.push(target)
    if (target.kind === 'page') token.attrSet('href', relative(page, target))
    if (target.kind === 'elsewhere') token.attrSet('rel', 'noreferrer')
    if (target.kind === 'file') {
      // A file of the project, which the guide does not have: its name stays, as text.
      token.attrs = [['title', target.path]]
      token.tag = 'span'
    }
  }
  if (token.type === 'image') {
    const target = targetOf(String(token.attrGet('src') ?? ''), page, isPage)
    if (target.kind !== 'file' || !target.path.startsWith('docs/images/')) {
      throw new Error(`docs/${page.slug}.md shows ${token.attrGet('src')}, which is not in docs/images.`)
    }
    const path = target.path.slice('docs/'.length)
    images.push(path)
    token.attrSet('src', upFrom(page) + path)
    token.attrSet('loading', 'lazy')
  }
  token.children?.forEach((child, index, all) => {
    settle(child, context)
    if (child.type === 'link_open' && child.tag === 'span') closing(all, index).tag = 'span'
  })
}

function closing(tokens: Token[], open: number): Token {
  const found = tokens.slice(open).find(({ type }) => type === 'link_close')
  if (!found) throw new Error('A link has no end.')
  return found
}

export function relative(from: Place, { place, hash }: { place: Place; hash: string }): string {
  if (addressOf(place) === addressOf(from)) return hash === '' ? `${upFrom(from)}${addressOf(place)}` : hash
  return `${upFrom(from)}${addressOf(place)}${hash}`
}

/** What is wider than a phone scrolls by itself, also by keyboard. */
function addRules(markdown: Markdown, { language }: Page): void {
  const words = WORDS[language]
  const { rules } = markdown.renderer
  rules.table_open = () => `<div class="scrolls" role="region" tabindex="0" aria-label="${words.table}"><table>`
  rules.table_close = () => '</table></div>'
  rules.fence = (tokens: Token[], index: number) => {
    const { content = '', info = '' } = tokens[index] ?? {}
    const [name = '', file = ''] = info.trim().split(/\s+/)
    const code = highlighted(content, NAMES[name] ?? name) || markdown.utils.escapeHtml(content)
    const title = file === '' ? '' : `<figcaption>${markdown.utils.escapeHtml(file)}</figcaption>`
    return `<figure class="code">${title}<pre tabindex="0"><code>${code}</code></pre></figure>\n`
  }
}

const NAMES: Record<string, string> = { sh: 'bash', ts: 'typescript', js: 'typescript', yml: 'yaml' }
