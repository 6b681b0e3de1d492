import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SlowRegex, slowRegexesIn } from './slow-regexes.ts'

/**
 * Fails on a regular expression of `src` that callers or vendors could make slow with a long text. Run by
 * `npm run check`.
 */

/** File -> part of the expression -> why it is harmless. An entry that fits nothing any more is a fault, too. */
const EXCEPTIONS: Record<string, Record<string, string>> = {
  'src/catalog/faceswap.ts': {
    "'^(?:\\\\d{1,3}(?: ?, ?\\\\d{1,3})*)?$'": 'a text that is no file is bounded before any pattern runs over it',
  },
  'src/catalog/recraft.ts': {
    "'^recraft(?:20b|v[0-9]+)(?:_[a-z0-9]+)*$'": 'a text that is no file is bounded before any pattern runs over it',
    '${RATIOS.join': 'ratios of ours, such as 16:9',
  },
  'src/catalog/hosted.ts': { 'one.join': 'names of ours; runs over the names of models, which have few characters' },
  'src/dialects/kit/protocol-paths.ts': {
    '`^${patternOf(prefix)}(?:[/?]|$)`': 'a prefix of ours: parts that end at a slash; anchored',
    '`^${patternOf(path)}/?(?:[?]|$)`': 'a path of ours: parts that end at a slash, or one rest; anchored',
  },
  'src/engines/studio/foreign-requests.ts': {
    'kinds}': 'rows of ours; its test analyses what is put together',
    'of}': 'rows of ours; its test analyses what is put together',
    'about}': 'rows of ours; its test analyses what is put together',
    'kind}': 'rows of ours; its test analyses what is put together',
    'source, ': 'the list before it; its test analyses what is put together',
  },
  'src/engines/studio/foreign-subjects.ts': { 'words)': 'rows of ours; its test analyses what is put together' },
  'src/engines/studio/foreign-words.ts': { '(?![^(]*': 'runs over rows of ours, once for each' },
  'src/engines/studio/requests-by-words.ts': {
    'source)': 'rows of ours; each runs over one word or a few',
    isStyleAlone: 'rows of ours; its test analyses what is put together',
  },
  'src/engines/studio/foreign-styles.ts': {
    'words, ': 'rows of ours, words without repetitions',
  },
  'src/http/route-methods.ts': { '`^${form}/?$`': 'paths of ours: parts that end at a slash, or one rest; anchored' },
  'src/providers/relay/buttons.ts': {
    '${index}::': 'a number from 1 to 4, or a field of the catalogue with a list of values; anchored',
    'pan_${direction}': 'a field of the catalogue with a list of values; anchored',
    'Outpaint::${percent}': 'one of the numbers above it; anchored',
    upsample_: 'a field of the catalogue with a list of values; anchored',
  },
}

export function check(files: Record<string, string>): string[] {
  const used = new Set<string>()
  const isAllowed = ({ file, regex }: SlowRegex): boolean => {
    const part = Object.keys(EXCEPTIONS[file] ?? {}).find((one) => regex.includes(one))
    if (part !== undefined) used.add(`${file}: ${part}`)
    return part !== undefined
  }
  const slow = Object.entries(files).flatMap(([file, text]) => slowIn(file, text).filter((one) => !isAllowed(one)))
  const listed = Object.entries(EXCEPTIONS).flatMap(([file, parts]) =>
    Object.keys(parts).map((one) => `${file}: ${one}`),
  )
  return [
    ...slow.map(({ file, line, regex, why }) => `${file}:${line}: ${regex} ${why}`),
    ...listed.filter((one) => !used.has(one)).map((one) => `${one} is an exception that is not needed any more`),
  ]
}

const known = new Map<string, { text: string; slow: SlowRegex[] }>()

/** As `slowRegexesIn`, which takes seconds for all sources; a file that has not changed since is not read again. */
function slowIn(file: string, text: string): SlowRegex[] {
  const found = known.get(file)
  if (found?.text === text) return found.slow
  const slow = slowRegexesIn(file, text)
  known.set(file, { text, slow })
  return slow
}

/** The sources of a folder by their paths, apart from its tests. */
export function sourcesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = names.filter((name) => name.endsWith('.ts') && !/\.(?:test|testing)\.ts$/.test(name))
  return Object.fromEntries(
    sources.map((name) => [`${folder}/${name.replaceAll('\\', '/')}`, readFileSync(join(folder, name), 'utf8')]),
  )
}

if (import.meta.main) {
  const faults = check(sourcesOf('src'))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
}
