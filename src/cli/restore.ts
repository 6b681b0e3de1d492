import { resolve } from 'node:path'
import { Command } from 'commander'
import { restore } from '../compose/restore.ts'
import { openStore } from '../compose/store.ts'
import { contentOf } from './backup.ts'
import { configFor } from './place.ts'
import { print } from './print.ts'
import { reportRows } from './progress.ts'

export function restoreCommand(): Command {
  return new Command('restore')
    .description('Restore a backup into an empty place, and prove that money is right there')
    .argument('<file>', 'from "polyphony backup"')
    .option(
      '--into <folder or URL>',
      'a data folder, or an empty PostgreSQL database (default: DATA_DIR or DATABASE_URL)',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: { into?: string; json?: boolean }) => {
      const config = configFor(options.into)
      const manifest = await restore({
        config,
        file: resolve(file),
        onProgress: options.json ? () => {} : reportRows(),
      })
      const store = await openStore(config, { exclusive: false })
      try {
        const faults = await store.reconcile({})
        const { members: _, ...shown } = manifest
        print(
          options.json,
          { into: config.databaseUrl === undefined ? config.dataDir : 'PostgreSQL', faults, ...shown },
          [
            `Restored the backup of ${manifest.createdAt}: ${contentOf(manifest)}.`,
            ...(faults.length === 0
              ? [
                  'Clean: the ledger reconciles. A server may start here; see that the one of the backup no longer runs.',
                ]
              : ['The ledger does not reconcile: see "polyphony reconcile".']),
          ],
        )
        if (faults.length > 0) process.exitCode = 1
      } finally {
        await store.close()
      }
    })
}
