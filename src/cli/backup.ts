import { resolve } from 'node:path'
import { Command } from 'commander'
import { backUp } from '../compose/backup.ts'
import type { Manifest } from '../compose/backup-format.ts'
import { systemClock } from '../core/clock.ts'
import { loadConfig } from './configuration.ts'
import { print } from './print.ts'
import { reportRows } from './progress.ts'

export function backupCommand(): Command {
  return new Command('backup')
    .description('Write the database and the secret, as they are now, into one file; servers go on meanwhile')
    .argument('<file>', 'a new file, such as polyphony-2026-11-29.tar.gz')
    .option('--files', 'also the files: results and uploads')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { files?: boolean; json?: boolean }) => {
      const { config } = loadConfig({ isCommand: true })
      const manifest = await backUp({
        config,
        file: resolve(file),
        withFiles: options.files ?? false,
        now: systemClock.now(),
        onProgress: options.json ? () => {} : reportRows(),
      })
      const { members: _, ...shown } = manifest
      print(options.json, { file: resolve(file), ...shown }, [
        `${resolve(file)}: ${contentOf(manifest)}.`,
        'The secret is in it: keep it as safely as that. Next: polyphony restore FILE --into FOLDER, to try it.',
      ])
    })
}

export function contentOf({ tables, files }: Manifest): string {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
  const words = `${Object.keys(tables).length} tables with ${rows} rows`
  if (!files) return `${words}, without files`
  const missing = files.missing === 0 ? '' : `, and ${files.missing} that are not in the storage`
  return `${words}, ${files.count} files with ${files.bytes} bytes${missing}`
}
