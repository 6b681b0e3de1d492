import { Argument, Command, Option } from 'commander'
import { csvOf } from '../admin/csv.ts'
import type { InputOf } from '../admin/verbs.ts'
import { type Call, withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { print } from './print.ts'
import { openLines } from './write-lines.ts'

interface Options extends Json {
  tenant?: string
  from?: string
  to?: string
  format: 'jsonl' | 'csv'
  file?: string
}

type Row = Record<string, unknown>
type Period = Pick<Options, 'tenant' | 'from' | 'to'>

/** How many rows are asked for at once: the memory of an export does not grow with what is exported. */
const PAGE = 500
/** Tasks that are read whole at once. */
const AT_ONCE = 20

/** What can be exported, page by page. */
const KINDS = {
  async *tasks(call, period) {
    for await (const page of pagesOf((cursor) => call('task.list', { ...period, limit: PAGE, ...cursor }))) {
      for (let from = 0; from < page.length; from += AT_ONCE) {
        const some = page.slice(from, from + AT_ONCE)
        yield Promise.all(some.map(({ id }) => call('task.show', { id })))
      }
    }
  },
  ledger: (call, period) => pagesOf((cursor) => call('ledger.list', { ...period, limit: PAGE, ...cursor })),
  calls: (call, period) =>
    pagesOf((cursor) => call('call.list', { ...period, limit: PAGE, ...cursor } as InputOf<'call.list'>)),
  async *usage(call, period) {
    yield (await call('usage.read', { ...period, by: 'day' })).items
  },
} satisfies Record<string, (call: Call, period: Period) => AsyncGenerator<Row[]>>

export function exportCommand(): Command {
  return new Command('export')
    .description('Write the tasks, the ledger, the calls or the use by day of a tenant, as lines of JSON or as CSV')
    .addArgument(new Argument('<what>', 'what is written').choices(Object.keys(KINDS)))
    .option('--tenant <name or id>', 'whose (default: all; of the ledger: the first tenant)')
    .option('--from <time>', 'an RFC 3339 time or a UTC day')
    .option('--to <time>', 'likewise; times before it')
    .addOption(new Option('--format <format>', 'how it is written').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--file <file>', 'a new file (default: the output)')
    .option('--json', 'say as JSON how many rows a --file has')
    .action((what: keyof typeof KINDS, { format, file, json, ...period }: Options) => {
      return withCalls(async (call) => {
        const rows = await write(KINDS[what](call, given(period)), { format, file })
        if (file !== undefined) print(json, { file, rows }, [`${file}: ${rows} rows.`])
      })
    })
}

async function write(
  pages: AsyncGenerator<Row[]>,
  { format, file }: { format: 'jsonl' | 'csv'; file: string | undefined },
): Promise<number> {
  // The first page comes before the file: nothing is made when it is refused.
  const first = await pages.next()
  const lines = await openLines(file)
  let rows = 0
  let columns: string[] | undefined
  try {
    for (let page = first; !page.done; page = await pages.next()) {
      if (page.value.length === 0) continue
      if (format === 'jsonl') for (const row of page.value) await lines.write(`${JSON.stringify(row)}\n`)
      else {
        const isFirst = columns === undefined
        columns ??= Object.keys(page.value[0] ?? {})
        const text = csvOf(columns, page.value.map(flat))
        await lines.write(isFirst ? text : text.slice(text.indexOf('\n') + 1))
      }
      rows += page.value.length
    }
  } finally {
    await lines.close()
  }
  return rows
}

/** Objects and lists are JSON in a cell. */
function flat(row: Row): Row {
  const cells = Object.entries(row).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  ])
  return Object.fromEntries(cells)
}

async function* pagesOf<Item extends Row>(
  read: (cursor: { cursor?: string }) => Promise<{ items: Item[]; next_cursor: string | null }>,
): AsyncGenerator<Item[]> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, next_cursor } = await read(cursor === undefined ? {} : { cursor })
    yield items
    cursor = next_cursor
  }
}
