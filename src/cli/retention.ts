import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { print, table } from './print.ts'

interface Times extends Json {
  records?: string
  media?: string
  uploads?: string
  callFiles?: string
}

export function retentionCommand(): Command {
  const command = new Command('retention').description('How long things are kept')
  command
    .command('show')
    .description('The times in force, and what says so')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withCalls(async (call) => {
        const shown = await call('retention.read', {})
        print(json, shown, linesOf(shown))
      }),
    )
  command
    .command('set')
    .description('Choose times for what is stored from now on; "default" takes a choice back')
    .option('--records <days>', 'records of tasks and calls')
    .option('--media <days>', 'output files')
    .option('--uploads <hours>', 'uploads')
    .option('--call-files <days>', 'files for calls, and results of batches')
    .option('--json', 'print JSON')
    .action(({ json, records, media, uploads, callFiles }: Times) =>
      withCalls(async (call) => {
        const input = given({
          record_days: timeIn(records),
          media_days: timeIn(media),
          upload_hours: timeIn(uploads),
          call_file_days: timeIn(callFiles),
        })
        const shown = await call('retention.set', input)
        print(json, shown, linesOf(shown))
      }),
    )
  return command
}

/** A number that is none is refused by the verb, which names it. */
function timeIn(text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : text === 'default' ? null : Number(text)
}

function linesOf({ times }: AnswerOf<'retention.read'>): string[] {
  return table(
    ['time', 'value', 'from'],
    times.map(({ name, value, stored, setting, is_fixed: isFixed }) => [
      name,
      String(value),
      isFixed ? setting : stored === null ? 'default' : 'chosen',
    ]),
  )
}
