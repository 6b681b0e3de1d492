import { dirname } from 'node:path'
import { Command } from 'commander'
import { makePrivateFolder } from '../config/private-folder.ts'
import { PolyphonyError } from '../core/errors.ts'
import { requireEmpty, withSnapshot, withTarget } from '../store/copy/place.ts'
import { transfer } from '../store/copy/transfer.ts'
import { placeIn } from './place.ts'
import { print, table } from './print.ts'
import { reportRows } from './progress.ts'

export function moveCommand(): Command {
  return new Command('move')
    .description(
      'Copy a database from SQLite to PostgreSQL or back, and prove that the copy is equal; no server may run on it',
    )
    .requiredOption('--from <folder or URL>', 'a data folder, or the URL of a PostgreSQL database')
    .requiredOption('--to <folder or URL>', 'where there is no database yet')
    .option('--json', 'print JSON')
    .action(async (options: { from: string; to: string; json?: boolean }) => {
      const [from, to] = [placeIn(options.from), placeIn(options.to)]
      if (JSON.stringify(from) === JSON.stringify(to)) {
        throw new PolyphonyError('invalid_input', '--from and --to are the same database.')
      }
      await requireEmpty(to)
      const tables = await withSnapshot(from, { isLocked: true }, (snapshot) => {
        if (to.engine === 'sqlite') makePrivateFolder(dirname(to.path))
        return withTarget(to, snapshot.schema, (target) =>
          transfer(snapshot, target, options.json ? () => {} : reportRows()),
        )
      })
      const rows = Object.entries(tables).map(([name, { rows, sums, sha256 }]) => [
        name,
        String(rows),
        Object.entries(sums)
          .map(([column, sum]) => `${column} ${sum}`)
          .join(', '),
        sha256.slice(0, 12),
      ])
      print(options.json, { from: options.from, to: options.to, tables }, [
        ...table(['table', 'rows', 'points', 'checksum'], rows),
        '',
        'Every table is equal. The secret and the files stay where they are. Next:',
        to.engine === 'postgres'
          ? '  start with DATABASE_URL set to the new database, and DATA_DIR as before'
          : `  start with DATA_DIR=${dirname(to.path)}, without DATABASE_URL, with the same secret and the same STORAGE_URL`,
        'The old database is unchanged: keep it as a backup, and let no server start on it.',
      ])
    })
}
