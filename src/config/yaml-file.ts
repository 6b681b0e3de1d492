import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { ConfigError } from './config-error.ts'

/** Loads the parser only where there is a file: most starts have none. */
const packages = createRequire(import.meta.url)
const yaml = () => packages('yaml') as typeof Yaml

/**
 * The content of a file of settings in YAML or JSON, which is YAML, too. Numbers that are the value of a setting are texts, as they
 * are written: a key of twenty digits would be another one as a number. Throws a ConfigError that says where and repeats nothing
 * of the file, which may be a secret.
 */
export function readYaml(text: string, path: string): unknown {
  try {
    const document = yaml().parseDocument(text)
    const [fault] = [...document.errors, ...document.warnings]
    if (fault) throw fault
    keepNumbersAsWritten(document)
    return document.toJS()
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${sentenceOf(error)}.`)
  }
}

/** Whether a JSON object names something twice, of which all but the last would be dropped in silence. */
export function hasDuplicates(json: string): boolean {
  return yaml()
    .parseDocument(json)
    .errors.some(({ code }) => code === 'DUPLICATE_KEY')
}

/** Values that begin so without quotes, which secrets may. */
const SIGNS = /^(Unresolved (alias|tag)|Block scalar header)/

/** What is wrong, and where. Behind a colon, and in further lines, the parser repeats a part of the file. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the parser failed'
  if ('code' in error && error.code === 'MULTIPLE_DOCS') return 'it holds several documents, divided by "---"; keep one'
  const [line = ''] = error.message.split('\n')
  const [what = ''] = line.split(':')
  const [, where = ''] = / (at line \d+, column \d+):?$/.exec(line) ?? []
  const said = where === '' || what.endsWith(where) ? what : `${what} ${where}`
  return SIGNS.test(said) ? `${said}; a value that begins with *, !, | or > belongs in quotes` : said
}

/** The document, its map, a pair and perhaps a list are above the value of a setting; more are above a number in a map. */
const DEEPEST_PATH = 4

function keepNumbersAsWritten(document: Yaml.Document): void {
  const { visit, isMap } = yaml()
  visit(document, {
    Scalar(key, node, path) {
      const isOfSetting = path.length <= DEEPEST_PATH && path.filter(isMap).length === 1
      if (key === 'key' || !isOfSetting || typeof node.value !== 'number' || node.source === undefined) return
      node.value = node.source
    },
  })
}
