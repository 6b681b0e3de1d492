import { DatabaseSync } from 'node:sqlite'
import { kyselyOn } from './node-sqlite.ts'
import { reads } from './queries/index.ts'
import { errorOfPlain, plainErrorOf } from './sqlite-errors.ts'
import type { ReadVerbs } from './store.ts'
import type { Tx } from './tx.ts'

/** The verbs that only read, on a connection of their own. */
export function openReader(path: string): { readVerbs: ReadVerbs; reader: DatabaseSync } {
  const reader = new DatabaseSync(path, { readOnly: true })
  reader.exec('pragma busy_timeout = 10000')
  const { db, prepare } = kyselyOn(reader)
  const readTx: Tx = {
    engine: 'sqlite',
    db,
    run: async <Row>(text: string, values: readonly unknown[]) => prepare(text).all(values) as Row[],
    insertMany: () => Promise.reject(new Error('A read verb may not write.')),
    signal: () => {
      throw new Error('A read verb has nothing to signal.')
    },
  }

  const readVerbs = Object.fromEntries(
    Object.entries(reads).map(([verb, query]) => [
      verb,
      async (args: unknown) => {
        try {
          return await (query as (tx: Tx, args: unknown) => Promise<unknown>)(readTx, args)
        } catch (error) {
          throw errorOfPlain(plainErrorOf(error))
        }
      },
    ]),
  ) as unknown as ReadVerbs // the registry has exactly these names
  return { readVerbs, reader }
}
