import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the pages of this project show: blocks of code, and commands of `polyphony` in blocks and in sentences. */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

export interface PageBlock {
  /** The page, from the root of the project, and the line after the fence. */
  page: string
  line: number
  language: string
  text: string
}

export interface WrittenCommand {
  where: string
  /** Without `polyphony`. */
  words: string[]
  /** Whole: it can be run as it is. Otherwise a sentence names it, perhaps without its arguments. */
  isWhole: boolean
}

/** English pages for people: Chinese ones have the same blocks, and decisions are of their day. */
export async function pagesOfProject(): Promise<Map<string, string>> {
  const docs = (await readdir(join(PROJECT, 'docs'), { recursive: true })).filter(
    (name) => name.endsWith('.md') && !/^(?:zh|decisions)[\\/]/.test(name),
  )
  const packages = (await readdir(join(PROJECT, 'packages'))).map((name) => join('packages', name, 'README.md'))
  const paths = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => join('docs', name)), ...packages]
  const texts = await Promise.all(paths.map((path) => readFile(join(PROJECT, path), 'utf8')))
  return new Map(paths.map((path, index) => [relative('.', path).replaceAll('\\', '/'), texts[index] ?? '']))
}

export function blocksIn(page: string, markdown: string): PageBlock[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map(({ 1: language = '', 2: text = '', index }) => ({
    page,
    line: markdown.slice(0, index).split('\n').length + 1,
    language,
    text,
  }))
}

export function commandsIn(page: string, markdown: string): WrittenCommand[] {
  const inBlocks = blocksIn(page, markdown)
    .filter(({ language }) => ['', 'sh', 'text'].includes(language))
    .flatMap(({ line, text }) =>
      text
        .replaceAll(/\\\n\s*/g, ' ')
        .split('\n')
        .flatMap((one, index) => commandOf(one, `${page}:${line + index}`, true)),
    )
  const prose = markdown.replaceAll(/^```.*?^```$/gms, (block) => block.replaceAll(/[^\n]/g, ''))
  const inSentences = [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(({ 1: text = '', index }) =>
    commandOf(text, `${page}:${prose.slice(0, index).split('\n').length}`, false),
  )
  return [...inBlocks, ...inSentences]
}

/** Variables before it, and what starts it from a checkout or a package. */
const START =
  /^(?:\$ )?(?:[A-Z_]+=\S* )*(?:npx |node (?:--\S+ )*)?(?:polyphony|node bin\/polyphony\.js|npm run polyphony --) (.+)$/

function commandOf(text: string, where: string, isWhole: boolean): WrittenCommand[] {
  const rest = START.exec(text.trim())?.[1]
  if (rest === undefined) return []
  const words = wordsOf(rest)
  const first = words[0] ?? ''
  // "polyphony is …" in a block of an example's output is no command, and neither is a placeholder.
  return /^(?:-|[a-z]+$)/.test(first) ? [{ where, words, isWhole }] : []
}

/** As a shell splits a line: quotes hold words together; a comment, a pipe, a redirection and the next command end it. */
export function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const { groups: { single, double, bare, end } = {} } of line.matchAll(
    /'(?<single>[^']*)'|"(?<double>[^"]*)"|(?<end>#.*|[|<>;]|&&)|(?<bare>[^\s'"#|<>;&][^\s|;]*)/g,
  )) {
    if (end !== undefined) break
    words.push(single ?? double ?? bare ?? '')
  }
  return words
}
