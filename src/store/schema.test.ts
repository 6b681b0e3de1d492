import { readFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { TABLES } from './contract.ts'
import { migrate } from './migrate.ts'
import { kyselyOn } from './node-sqlite.ts'

// A change of the schema shows in review as a change of one file. After a new migration: `vitest -u src/store/schema`.
it('schema.sql is what the migrations create', async () => {
  const { db, database } = await migrated()
  const rows = database
    .prepare(`select sql from sqlite_schema where sql is not null and name not like 'kysely%' and name not like 'sqlite%'
              order by tbl_name, type desc, name`)
    .all()
  await db.destroy()
  const statements = rows.map(({ sql }) => `${readable(String(sql))};\n`)
  await expect(statements.join('\n')).toMatchFileSnapshot('schema.sql')
})

it('the tests of the store read every table of the schema', async () => {
  const { db, database } = await migrated()
  const rows = database.prepare("select name from sqlite_schema where type = 'table' and name not like 'kysely%'").all()
  await db.destroy()
  const tables = rows.map(({ name }) => String(name)).filter((name) => !name.startsWith('sqlite'))
  expect([...TABLES].sort()).toEqual(tables.sort())
})

it('schema.sql is in this folder', async () => {
  expect(await readFile(new URL('schema.sql', import.meta.url), 'utf8')).toContain('CREATE TABLE tasks')
})

async function migrated() {
  const database = new DatabaseSync(':memory:')
  const { db } = kyselyOn(database)
  await migrate(db, 'sqlite')
  return { db, database }
}

/** One line a column, without the quotes that the query builder puts around every name. */
function readable(sql: string): string {
  const plain = sql.replaceAll('"', '').replace(/^create (table|(?:unique )?index)/i, (words) => words.toUpperCase())
  if (!plain.startsWith('CREATE TABLE')) return plain
  let depth = 0
  let text = ''
  for (const character of plain) {
    if (character === ')') depth -= 1
    if (character === ')' && depth === 0) text += '\n'
    text += character
    if (character === '(') depth += 1
    if ((character === '(' || character === ',') && depth === 1) text += '\n  '
  }
  return text.replaceAll(/\n {3}/g, '\n  ')
}
