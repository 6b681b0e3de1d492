import { Argument, Command, Option } from 'commander'
import { csvOf } from '../admin/csv.ts'
import type { InputOf } from '../admin/verbs.ts'
import { DAY_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { type Call, withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { pagesOf, withoutHeader } from './pages.ts'
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
/** Use is read of at most 366 days at once. */
const USAGE_DAYS = 365

/** What can be exported, page by page. */
const KINDS = {
  async *tasks(call, period) {
    for await (const page of pagesOf((cursor) => call('task.list', { ...period, limit: PAGE, ...cursor }))) {
      for (let from = 0; from < page.length; from += AT_ONCE) {
        const some = page.slice(from, from + AT_ONCE)
        const whole = await Promise.all(some.map(({ id }) => call('task.show', { id }).catch(absent)))
        yield whole.flatMap((task) => task ?? [])
      }
    }
  },
  ledger: (call, period) => pagesOf((cursor) => call('ledger.list', { ...period, limit: PAGE, ...cursor })),
  calls: (call, period) =>
    pagesOf((cursor) => call('call.list', { ...period, limit: PAGE, ...cursor } as InputOf<'call.list'>)),
  async *usage(call, { tenant, ...period }) {
    for await (const part of partsOf(call, period)) {
      yield (await call('usage.read', given({ tenant, ...part, by: 'day' as const }))).items
    }
  },
} satisfies Record<string, (call: Call, period: Period) => AsyncGenerator<Row[]>>

/** A task of the list whose record was deleted before it was read. */
function absent(error: unknown): undefined {
  if (error instanceof PolyphonyError && error.code === 'task_not_found') return undefined
  throw error
}

/** The period in parts of whole days, as long as one reading may be; without a beginning, from the first tenant on. */
async function* partsOf(call: Call, { from, to }: Omit<Period, 'tenant'>): AsyncGenerator<Omit<Period, 'tenant'>> {
  const end = to === undefined ? Date.now() : Date.parse(to)
  const begin = from === undefined ? await firstDay(call) : Date.parse(from)
  if (!(begin < end)) return yield given({ from, to }) // it is refused, with the reason
  for (let at = begin; at < end; ) {
    const next = Math.min(end, (Math.floor(at / DAY_MS) + USAGE_DAYS) * DAY_MS)
    yield { from: new Date(at).toISOString(), to: new Date(next).toISOString() }
    at = next
  }
}

/** Nothing is older than the operator's own tenant. */
async function firstDay(call: Call): Promise<number> {
  const { items } = await call('tenant.list', { limit: 1 })
  return Math.floor(Date.parse(items[0]?.created_at ?? '') / DAY_MS) * DAY_MS
}

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
        await lines.write(isFirst ? text : withoutHeader(text))
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
