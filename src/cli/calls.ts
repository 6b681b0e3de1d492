import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Json, readWhole } from './options.ts'
import { points, print, table, time } from './print.ts'

interface Options extends Json {
  tenant?: string
  key?: string
  model?: string
  from?: string
  to?: string
  limit?: number
  cursor?: string
}

export function callsCommand(): Command {
  return new Command('calls')
    .description('Calls that were answered on the spot, the newest first')
    .option('--tenant <name or id>', 'only those of a tenant (default: of all)')
    .option('--key <id>', 'only those of a key')
    .option('--model <model>', 'only those of a model')
    .option('--from <time>', 'an RFC 3339 time or a UTC day')
    .option('--to <time>', 'likewise; times before it')
    .option('--limit <n>', 'how many', readWhole)
    .option('--cursor <text>', 'the next_cursor of the page before')
    .option('--json', 'print JSON')
    .action(({ json, ...options }: Options) =>
      withCalls(async (call) => {
        const page = await call('call.list', given(options))
        const rows = page.items.map((one) => [
          time(one.at),
          one.model,
          one.account ?? '-',
          one.error_code === null ? one.outcome : `${one.outcome}: ${one.error_code}`,
          `${one.duration_ms} ms`,
          // Of an estimated usage.
          `${one.usage_estimated ? '~' : ''}${points(one.price_points)}`,
          one.tried.map(({ account }) => account).join(', ') || '-',
        ])
        print(json, page, table(['at', 'model', 'account', 'outcome', 'took', 'price', 'tried before'], rows))
      }),
    )
}
