import { join, resolve } from 'node:path'
import { KNOWN_SETTINGS } from '../compose/known-settings.ts'
import type { Config } from '../config/config.ts'
import { DATABASE, readConfig } from '../config/config.ts'
import { databaseUrl } from '../config/setting-forms.ts'
import type { Place } from '../store/copy/place.ts'
import { loadConfig, sourcesHere } from './configuration.ts'

const POSTGRES = /^postgres(ql)?:\/\//

/** The database that an argument names: the URL of one in PostgreSQL, or a data folder. */
export function placeIn(argument: string): Place {
  if (POSTGRES.test(argument)) return { engine: 'postgres', url: databaseUrl(argument, 'The URL of the database') }
  return { engine: 'sqlite', path: join(resolve(argument), DATABASE) }
}

const DATABASE_NAMES = ['DATABASE_URL', 'DATABASE_URL_FILE', 'SQL_DSN', 'SQL_DSN_FILE']
const FOLDER_NAMES = ['DATA_DIR', 'DATA_DIR_FILE']

/** The configuration of this command, with the database that an argument names in place of its own. */
export function configFor(argument: string | undefined): Config {
  const use = { isCommand: true, makesDatabase: true }
  if (argument === undefined) return loadConfig(use).config
  const isPostgres = POSTGRES.test(argument)
  const replaced = new Set(isPostgres ? DATABASE_NAMES : [...DATABASE_NAMES, ...FOLDER_NAMES])
  const others = sourcesHere().map((source) => ({
    ...source,
    values: Object.fromEntries(Object.entries(source.values).filter(([name]) => !replaced.has(name))),
  }))
  const named = { title: 'the argument', values: isPostgres ? { DATABASE_URL: argument } : { DATA_DIR: argument } }
  return readConfig([named, ...others], KNOWN_SETTINGS, use)
}
