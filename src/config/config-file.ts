import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { readEnvFile } from './env-file.ts'
import { readText } from './read-text.ts'
import type { Env, Form, Source } from './sources.ts'
import { readYaml } from './yaml-file.ts'

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
    { title: 'the environment', values, warnings: path === undefined ? misnamed(folder) : [] },
    ...(existsSync(dotEnv) ? [envSource(dotEnv, shown(dotEnv, folder))] : []),
    ...(path === undefined ? [] : [{ title: shown(path, folder), ...contentOf(path), isComplete: true as const }]),
  ]
}

function envSource(path: string, title: string): Source {
  return { title, ...readEnvFile(readText(path, isReadable), title) }
}

/** Of a `.env` in another encoding than UTF-8: its comments alone are. */
function isReadable(text: string): boolean {
  return !Object.values(readEnvFile(text, '').values).some((value) => value?.includes('\ufffd'))
}

/** What a newcomer, or an editor that hides endings, may have called the file. */
const ALMOST_ITS_NAME =
  /^(polyphony(\.config)?\.(ya?ml|json|toml|ini|conf|[cm]?[jt]s)(\.txt)?|polyphony\.config|\.?env\.txt)$/i

/** Files that were probably meant as the configuration, and that are not read. */
function misnamed(folder: string): string[] {
  const meant = (name: string): string =>
    /env/i.test(name) ? '.env' : `polyphony.config.yaml (.yml, .json), or the file that ${CONFIG_VARIABLE} names`
  return namesIn(folder)
    .filter((name) => ALMOST_ITS_NAME.test(name))
    .map((name) => `The file ${name} is not read: settings are in ${meant(name)}.`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return [] // a folder that may be entered and not listed: nothing can be said about it
  }
}

function fileIn(folder: string): string | undefined {
  const found = CONFIG_FILES.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1) throw new ConfigError(`There are ${found.join(' and ')}; keep one, or name it by --config.`)
  return found[0] === undefined ? undefined : join(folder, found[0])
}

/** The values of a file as they would be written in the environment, and which of them are lists and maps there. */
function contentOf(path: string): Pick<Source, 'values' | 'forms'> {
  if (/\.[cm]?[jt]s$/.test(path)) throw new ConfigError(`${path} is a program; settings are written as YAML or JSON.`)
  const content = readYaml(readText(path), path)
  if (content === null || content === undefined) return { values: {} }
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`${path} must map names of settings to values, as in "PORT: 8080".`)
  }
  const { $schema: _schema, ...settings } = content as Record<string, unknown>
  const entries = Object.entries(settings)
  return {
    values: Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)])),
    forms: Object.fromEntries(entries.flatMap(([name, value]) => formOf(value).map((form) => [name, form]))),
  }
}

/** As it would be written in the environment: lists with commas, maps as JSON. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function formOf(value: unknown): Form[] {
  if (Array.isArray(value)) return ['list']
  return typeof value === 'object' && value !== null ? ['map'] : []
}

function shown(path: string, folder: string): string {
  const short = relative(folder, path)
  return short.startsWith('..') ? path : short
}
