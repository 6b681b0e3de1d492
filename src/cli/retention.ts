import { Command, InvalidArgumentError } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { print, table } from './print.ts'

type Time = number | 'default'

interface Times extends Json {
  records?: Time
  media?: Time
  uploads?: Time
  callFiles?: Time
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
    .option('--records <days>', 'records of tasks and calls', readTime)
    .option('--media <days>', 'output files', readTime)
    .option('--uploads <hours>', 'uploads', readTime)
    .option('--call-files <days>', 'files for calls, and results of batches', readTime)
    .option('--json', 'print JSON')
    .action(({ json, records, media, uploads, callFiles }: Times) =>
      withCalls(async (call) => {
        const input = given({
          record_days: nullIfDefault(records),
          media_days: nullIfDefault(media),
          upload_hours: nullIfDefault(uploads),
          call_file_days: nullIfDefault(callFiles),
        })
        const shown = await call('retention.set', input)
        print(json, shown, linesOf(shown))
      }),
    )
  return command
}

/** A text that is no number must not come to the verb: JSON makes null of it, and so of `7d` what `default` means. */
function readTime(argument: string): Time {
  if (argument === 'default') return argument
  const value = Number(argument)
  if (argument.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('It must be a number, or "default".')
}

function nullIfDefault(time: Time | undefined): number | null | undefined {
  return time === 'default' ? null : time
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
