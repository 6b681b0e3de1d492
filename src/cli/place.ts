import { join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { DATABASE, readConfig } from '../config/config.ts'
import type { Place } from '../store/copy/place.ts'

const POSTGRES = /^postgres(ql)?:\/\//

/** The database that an argument names: the URL of one in PostgreSQL, or a data folder. */
export function placeIn(argument: string): Place {
  if (POSTGRES.test(argument)) return { engine: 'postgres', url: argument }
  return { engine: 'sqlite', path: join(resolve(argument), DATABASE) }
}

/** The configuration of the environment, with the database that an argument names in place of its own. */
export function configFor(argument: string | undefined): Config {
  const { DATABASE_URL, DATABASE_URL_FILE, SQL_DSN, SQL_DSN_FILE, DATA_DIR, DATA_DIR_FILE, ...others } = process.env
  const folder = { DATA_DIR, DATA_DIR_FILE }
  const database = { DATABASE_URL, DATABASE_URL_FILE, SQL_DSN, SQL_DSN_FILE }
  const given =
    argument === undefined
      ? { ...folder, ...database }
      : POSTGRES.test(argument)
        ? { ...folder, DATABASE_URL: argument }
        : { DATA_DIR: argument }
  return readConfig({ ...others, ...given }, { isCommand: true, makesDatabase: true })
}
