import { Command } from 'commander'
import type { AnswerOf, InputOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { points, print, table } from './print.ts'

interface Options extends Json {
  tenant?: string
  by?: string
  from?: string
  to?: string
  keyId?: string
  mode?: string
}

type Row = AnswerOf<'usage.read'>['total']

export function usageCommand(): Command {
  return new Command('usage')
    .description('Tasks and what was paid for them, by day, model, operation or key')
    .option('--tenant <name or id>', 'only this tenant (default: all)')
    .option('--by <group>', 'day, model, operation or key (default: day)')
    .option('--from <time>', 'an RFC 3339 time or a UTC day (default: 30 days ago)')
    .option('--to <time>', 'likewise; times before it')
    .option('--key-id <id>', 'only tasks of this key')
    .option('--mode <mode>', 'live or test')
    .option('--json', 'print JSON')
    .action(({ json, keyId, ...options }: Options) =>
      withCalls(async (call) => {
        const input = given({ ...options, key: keyId }) as InputOf<'usage.read'> // the verb checks it
        const usage = await call('usage.read', input)
        const rows = usage.items.map((row) => [row.group, ...cellsOf(row)])
        print(json, usage, [
          ...table([usage.by, 'tasks', 'completed', 'failed', 'cancelled', 'paid'], rows),
          '',
          `${usage.total.tasks} tasks, ${points(usage.total.consumed_points)} paid.`,
        ])
      }),
    )
}

function cellsOf({ tasks, completed, failed, cancelled, consumed_points }: Row): string[] {
  return [...[tasks, completed, failed, cancelled].map(String), points(consumed_points)]
}
