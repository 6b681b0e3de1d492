import { Command } from 'commander'
import { openStore, placeOf } from '../compose/store.ts'
import type { Config } from '../config/config.ts'
import { withSnapshot } from '../store/copy/place.ts'
import { migrationsAfter } from '../store/migrate.ts'
import { loadConfig } from './configuration.ts'
import { print } from './print.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Upgrade the database to the schema of this version, as the next start of a server would do')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'print JSON')
    .action(async (options: { dryRun?: boolean; json?: boolean }) => {
      const { config } = loadConfig({ isCommand: true })
      const schema = await withSnapshot(placeOf(config), {}, async (snapshot) => snapshot.schema)
      const pending = migrationsAfter(schema)
      const [next] = pending
      if (next !== undefined && !options.dryRun) await (await openStore(config, { exclusive: false })).close()
      print(options.json, { schema, pending, done: next !== undefined && !options.dryRun }, [
        next === undefined
          ? `The schema is ${schema}, that of this version: nothing to do.`
          : `The schema ${options.dryRun ? 'is' : 'was'} ${schema}. ${options.dryRun ? 'To be applied' : 'Applied'}: ${pending.join(', ')}.`,
        ...(next === undefined ? [] : copyLines(config, next, options.dryRun ?? false)),
      ])
    })
}

function copyLines(config: Config, next: string, isDry: boolean): string[] {
  const place = placeOf(config)
  if (place.engine === 'postgres') return isDry ? ['Make a backup first: polyphony backup FILE'] : []
  const copy = `${place.path}.before-${next.slice(0, 4)}`
  return [isDry ? `The database of before will be kept as ${copy}.` : `The database of before is ${copy}.`]
}
