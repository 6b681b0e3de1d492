import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type * as Yaml from 'yaml'
import { ConfigError } from './config-error.ts'
import type { Env, Source } from './sources.ts'

/** Loads the parser only where there is a file: most starts have none. */
const packages = createRequire(import.meta.url)

/** Names of the file that is looked for in the working folder. */
export const CONFIG_FILES = ['polyphony.config.yaml', 'polyphony.config.yml', 'polyphony.config.json']
/** Names the file, as `--config` does. */
export const CONFIG_VARIABLE = 'POLYPHONY_CONFIG'
/** Of commands: the address of a server elsewhere, and the admin key for it. */
export const URL_VARIABLE = 'POLYPHONY_URL'
export const KEY_VARIABLE = 'POLYPHONY_KEY'

/**
 * Where settings are read from, the strongest first: the environment, a file `.env`, and the configuration file. The file is
 * the one that is named, or the one in the folder; `.env` lies beside it. Throws a ConfigError for a file that cannot be read.
 */
export function sourcesOf(env: Env, folder: string): Source[] {
  const { [CONFIG_VARIABLE]: named, [URL_VARIABLE]: _url, [KEY_VARIABLE]: _key, ...values } = env
  const path = named ? resolve(folder, named) : fileIn(folder)
  const dotEnv = join(path === undefined ? folder : dirname(path), '.env')
  return [
    { title: 'the environment', values },
    ...(existsSync(dotEnv) ? [{ title: shown(dotEnv, folder), values: parseEnv(read(dotEnv)) }] : []),
    ...(path === undefined ? [] : [{ title: shown(path, folder), values: valuesIn(path), isComplete: true as const }]),
  ]
}

function fileIn(folder: string): string | undefined {
  const found = CONFIG_FILES.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1) throw new ConfigError(`There are ${found.join(' and ')}; keep one, or name it by --config.`)
  return found[0] === undefined ? undefined : join(folder, found[0])
}

function valuesIn(path: string): Env {
  const text = read(path)
  let content: unknown
  try {
    const { parse } = packages('yaml') as typeof Yaml
    content = parse(text) // JSON is YAML, too
  } catch (error) {
    // The first line says what and where; the others repeat a part of the file, which may be a secret.
    const [what = ''] = error instanceof Error ? error.message.split('\n') : []
    throw new ConfigError(`${path} cannot be read: ${what.replace(/[:.]$/, '')}.`)
  }
  if (content === null || content === undefined) return {}
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`${path} must map names of settings to values, as in "PORT: 8080".`)
  }
  const { $schema: _schema, ...settings } = content as Record<string, unknown>
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, textOf(value)]))
}

/** As it would be written in the environment: lists with commas, maps as JSON. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The configuration file ${path} cannot be read: ${why}.`)
  }
}

function shown(path: string, folder: string): string {
  const short = relative(folder, path)
  return short.startsWith('..') ? path : short
}
