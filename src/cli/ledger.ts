import { Command, Option } from 'commander'
import { ledgerCsv } from '../admin/ledger.ts'
import { type Call, withCalls } from './call.ts'
import { given, type Json, readWhole } from './options.ts'
import { pagesOf, withoutHeader } from './pages.ts'
import { points, print, table, time } from './print.ts'
import { openLines } from './write-lines.ts'

interface Options extends Json {
  tenant?: string
  from?: string
  to?: string
  limit?: number
  cursor?: string
  csv?: boolean
}

const CSV_LINES = 10_000 // the most that one page has

export function ledgerCommand(): Command {
  return new Command('ledger')
    .description('The statement of a tenant, the newest lines first, with the balance after each')
    .option('--tenant <name or id>', 'whose (default: the first tenant)')
    .option('--from <time>', 'an RFC 3339 time or a UTC day')
    .option('--to <time>', 'likewise; times before it')
    .option('--limit <n>', 'how many lines', readWhole)
    .option('--cursor <text>', 'the next_cursor of the page before')
    .addOption(new Option('--csv', 'print CSV').conflicts('json'))
    .option('--json', 'print JSON')
    .action(({ json, csv, limit, ...options }: Options) =>
      withCalls(async (call) => {
        if (csv && limit === undefined) return writeWhole(call, options)
        const page = await call('ledger.list', given({ ...options, limit }))
        if (csv) process.stdout.write(ledgerCsv(page))
        else {
          const rows = page.items.map((line) => [
            time(line.at),
            line.kind,
            points(line.available_change_points),
            points(line.held_change_points),
            points(line.available_points),
            points(line.held_points),
            line.task_id ?? '-',
            line.memo ?? '-',
          ])
          print(json, page, table(['at', 'kind', 'available', 'held', '= available', '= held', 'task', 'memo'], rows))
        }
      }),
    )
}

/** All pages as one table. */
async function writeWhole(call: Call, { cursor: from, ...options }: Omit<Options, 'limit'>): Promise<void> {
  const pages = pagesOf((next) => call('ledger.list', given({ ...options, cursor: from, ...next, limit: CSV_LINES })))
  const lines = await openLines(undefined)
  let isFirst = true
  for await (const items of pages) {
    const text = ledgerCsv({ items })
    await lines.write(isFirst ? text : withoutHeader(text))
    isFirst = false
  }
}
