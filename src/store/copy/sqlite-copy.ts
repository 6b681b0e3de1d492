import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { syncFolderNow } from '../../config/sync-folder.ts'
import { migrateTo, requireKnown } from '../migrate.ts'
import { kyselyOn } from '../node-sqlite.ts'
import { COUNTED, inOrder, type Row, type Snapshot, type TableShape, type Target } from './snapshot.ts'

const ROWS_AT_ONCE = 500
/** Of the names of the writer's files: what a copy leaves that was killed before its end. */
const PART = '.part'

/** Reads an embedded database as it is now, while others write to it. */
export async function withSqliteSnapshot<T>(path: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
  try {
    database.exec('begin') // a read transaction: in WAL mode, neither it nor the writer waits
    return await work(await snapshotOf(database))
  } finally {
    database.close()
  }
}

/** Makes a database of the schema `schema`. Its file has its name once `work` is done and everything is on the disk. */
export async function withSqliteTarget<T>(
  path: string,
  schema: string,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const part = `${path}${PART}`
  remove(part)
  closeSync(openSync(part, 'wx', 0o600)) // SQLite would create it with the modes of the umask
  const database = new DatabaseSync(part)
  try {
    const { db } = kyselyOn(database)
    database.exec('pragma foreign_keys = on; begin immediate')
    await migrateTo(db, 'sqlite', schema)
    const result = await work(targetOn(database, await snapshotOf(database)))
    database.exec('commit')
    database.close()
    renameSync(part, path)
    syncFolderNow(dirname(path))
    return result
  } catch (error) {
    if (database.isOpen) database.close()
    remove(part)
    throw error
  }
}

async function snapshotOf(database: DatabaseSync): Promise<Snapshot> {
  const schema = await requireKnown(kyselyOn(database).db, 'sqlite')
  const names = database
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'kysely%' and name not like 'sqlite%'",
    )
    .all()
  const tables = inOrder(names.map(({ name }) => shapeOf(database, String(name))))
  return {
    schema,
    tables,
    async *rows({ name, columns, key }) {
      const statement = database.prepare(`select ${columns.join(', ')} from ${name} order by ${key.join(', ')}`)
      statement.setReturnArrays(true)
      let rows: Row[] = []
      for (const row of statement.iterate()) {
        rows.push(row as unknown as Row) // the setting above is not in the types
        if (rows.length < ROWS_AT_ONCE) continue
        yield rows
        rows = []
      }
      if (rows.length > 0) yield rows
    },
  }
}

function shapeOf(database: DatabaseSync, name: string): TableShape {
  const columns = database.prepare('select name, pk from pragma_table_info(?) order by name').all(name)
  const key = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk))
  return { name, columns: columns.map((column) => String(column.name)), key: key.map((column) => String(column.name)) }
}

function targetOn(database: DatabaseSync, snapshot: Snapshot): Target {
  let isCleared = false
  return {
    ...snapshot,
    async insert({ name, columns }, rows) {
      if (name === COUNTED && !isCleared) {
        database.exec(`delete from ${COUNTED}`)
        isCleared = true
      }
      const places = columns.map(() => '?').join(', ')
      const statement = database.prepare(`insert into ${name} (${columns.join(', ')}) values (${places})`)
      for (const row of rows) statement.run(...(row as SQLInputValue[]))
    },
    async setStorage(id) {
      database.exec("delete from fingerprints where name = 'storage'")
      if (id !== null) database.prepare("insert into fingerprints (name, value) values ('storage', ?)").run(id)
    },
  }
}

function remove(path: string): void {
  for (const name of [path, `${path}-journal`]) rmSync(name, { force: true })
}
