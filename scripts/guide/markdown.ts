import { addressOf, type Place, targetOf, upFrom } from './links.ts'
import type { Page, PartId } from './pages.ts'
import { WORDS } from './words.ts'

/** The pages for programs that read Markdown, language models above all (https://llmstxt.org). */

/** The gateway puts its own address in its place when it sends these texts. */
const ADDRESS = '{{PUBLIC_URL}}'

const ABOUT =
  'A self-hosted gateway for generative media: one key, one bill and one durable queue before many vendors. It speaks the protocols of PiAPI, relays, OpenAI, Anthropic, Gemini, fal, Replicate and others, so a client changes its base address and its key.'

/** `/llms.txt`: what there is to read, with a line about each page. */
export function listOfPages(pages: readonly Page[]): string {
  const parts = Map.groupBy(
    pages.filter(({ language }) => language === 'en'),
    ({ part }): PartId => part,
  )
  const lists = [...parts].map(([part, some]) => {
    const lines = some.map((page) => `- [${page.title}](${urlOf(page)}): ${page.about}`)
    return `## ${part === 'contributing' ? 'Optional' : WORDS.en.parts[part]}\n\n${lines.join('\n')}`
  })
  const api = `## API\n\n- [OpenAPI document](${ADDRESS}/openapi.json): every route and operation, with schemas, prices and examples; \`/openapi/{protocol}.json\` has those of one protocol.`
  return `# Polyphony\n\n> ${ABOUT}\n\n${[...lists.slice(0, 2), api, ...lists.slice(2)].join('\n\n')}\n`
}

/** `/llms-full.txt`: every page in English but those about changing the code, one after the other. */
export function fullText(pages: readonly Page[], isPage: (place: Place) => boolean): string {
  const texts = pages
    .filter(({ language, part }) => language === 'en' && part !== 'contributing')
    .map((page) => `<!-- ${urlOf(page)} -->\n\n${withAddress(page, withLinks(page, isPage, urlOf))}`)
  return `> ${ABOUT}\n\n${texts.join('\n\n')}`
}

/** Calls of callers' pages are sent to the gateway that answers; an operator's pages speak of where one listens. */
function withAddress({ part }: Page, text: string): string {
  return part === 'calling' || part === 'protocols' ? text.replaceAll('http://127.0.0.1:8080', ADDRESS) : text
}

/** A page's Markdown, whose links lead to the Markdown of others. */
export function markdownPage(page: Page, isPage: (place: Place) => boolean): string {
  return withLinks(page, isPage, (place) => `${upFrom(page)}${addressOf(place)}.md`)
}

const urlOf = (place: Place): string => `${ADDRESS}/guide/${addressOf(place)}.md`

function withLinks(page: Page, isPage: (place: Place) => boolean, hrefOf: (place: Place) => string): string {
  // Every second part is a block of code, which stays as it is.
  const parts = page.markdown.split(/^(```[\s\S]*?^```$)/m)
  return parts
    .map((text, index) =>
      index % 2 === 1 ? text : text.replaceAll(/\]\(([^()\s]+)\)/g, (_, href) => `](${settled(href)})`),
    )
    .join('')

  function settled(href: string): string {
    const target = targetOf(href, page, isPage)
    if (target.kind === 'elsewhere' || href.startsWith('#')) return href
    if (target.kind === 'page') return hrefOf(target.place) + target.hash
    return target.path.startsWith('docs/images/') ? `${upFrom(page)}${target.path.slice('docs/'.length)}` : target.path
  }
}
