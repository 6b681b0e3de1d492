import { hash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import MiniSearch from 'minisearch'
import { type OutputChunk, rolldown } from 'rolldown'
import { SEARCH_OPTIONS, type SearchEntry } from '../web/guide/search-options.ts'
import { storeCompressed } from './compress.ts'
import { documentOf, type Loaded } from './guide/layout.ts'
import { addressOf, type Place } from './guide/links.ts'
import { fullText, listOfPages, markdownPage } from './guide/markdown.ts'
import { type Page, readPages } from './guide/pages.ts'
import type { Language } from './guide/protocols.ts'
import { type Rendered, render } from './guide/render.ts'
import { LICENCE_FILE, licencesOf, packageFolders } from './licences.ts'

/**
 * Builds the guide (`docs/`, as pages with a search) into a folder, each text as gzip alone: Brotli and plain texts beside it
 * would double what the package carries. Resolves with the number of files.
 */
export async function buildGuide(into: string): Promise<number> {
  await rm(into, { recursive: true, force: true })
  await mkdir(join(into, 'assets'), { recursive: true })
  const pages = await readPages()
  const addresses = new Set(pages.map(addressOf))
  const isPage = (place: Place): boolean => addresses.has(addressOf(place))
  const rendered = new Map(pages.map((page) => [page, render(page, isPage)]))
  const menus = { en: menuOf(pages, 'en'), zh: menuOf(pages, 'zh') }
  const loaded: Loaded = {
    ...(await writeScripts(into)),
    style: await writeHashed(into, 'guide.css', await readFile(new URL('guide.css', WEB), 'utf8')),
    search: {
      en: await writeHashed(into, 'search-en.json', searchIndex(menus.en, rendered)),
      zh: await writeHashed(into, 'search-zh.json', searchIndex(menus.zh, rendered)),
    },
  }
  for (const [page, content] of rendered) {
    const surroundings = { menu: menus[page.language], isPage, loaded }
    await write(into, `${addressOf(page)}.html`, documentOf(page, content, surroundings))
    await write(into, `${addressOf(page)}.md`, markdownPage(page, isPage))
  }
  await write(into, 'llms.txt', listOfPages(pages))
  await write(into, 'llms-full.txt', fullText(pages, isPage))
  for (const image of new Set([...rendered.values()].flatMap(({ images }) => images))) {
    await cp(new URL(image, DOCS), join(into, image))
  }
  return (await readdir(into, { recursive: true })).length
}

const WEB = new URL('../web/guide/', import.meta.url)
const DOCS = new URL('../docs/', import.meta.url)

/** In the order of the English pages, each in the reader's language where it is there. */
function menuOf(pages: readonly Page[], language: Language): Page[] {
  const own = new Map(pages.filter((page) => page.language === language).map((page) => [page.slug, page]))
  return pages.filter((page) => page.language === 'en').map((page) => own.get(page.slug) ?? page)
}

function searchIndex(menu: readonly Page[], rendered: ReadonlyMap<Page, Rendered>): string {
  const index = new MiniSearch<SearchEntry>(SEARCH_OPTIONS)
  let id = 0
  for (const page of menu) {
    for (const { heading, anchor, text } of rendered.get(page)?.sections ?? []) {
      id += 1
      const address = addressOf(page) + (anchor === '' ? '' : `#${anchor}`)
      index.add({ id, address, title: page.title, heading, text, start: text.slice(0, 140) })
    }
  }
  return JSON.stringify(index)
}

async function writeScripts(into: string): Promise<Pick<Loaded, 'script' | 'theme'>> {
  const bundle = await rolldown({
    input: { guide: new URL('guide.ts', WEB).pathname, theme: new URL('theme.ts', WEB).pathname },
    platform: 'browser',
    transform: { target: 'es2023' },
  })
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    entryFileNames: '[name]-[hash].js',
  })
  await bundle.close()
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk')
  for (const { fileName, code } of chunks) await write(into, `assets/${fileName}`, code)
  const folders = packageFolders(chunks.flatMap(({ moduleIds }) => moduleIds))
  await writeFile(join(into, LICENCE_FILE), await licencesOf(folders))
  const named = (name: string): string => {
    const chunk = chunks.find((one) => one.name === name)
    if (!chunk) throw new Error(`The bundle has no ${name}.`)
    return `assets/${chunk.fileName}`
  }
  return { script: named('guide'), theme: named('theme') }
}

/** Writes a file under a name with a hash of its content, and returns its address. */
async function writeHashed(into: string, name: string, content: string): Promise<string> {
  const address = `assets/${name.replace('.', `-${hash('sha256', content, 'base64url').slice(0, 8)}.`)}`
  await write(into, address, content)
  return address
}

async function write(into: string, name: string, content: string): Promise<void> {
  const path = join(into, name)
  await mkdir(dirname(path), { recursive: true })
  await storeCompressed(path, content)
}

if (import.meta.main) {
  const startedAt = performance.now()
  const files = await buildGuide(new URL('../dist/guide', import.meta.url).pathname)
  console.log(`dist/guide: ${files} files in ${Math.round(performance.now() - startedAt)} ms`)
}
