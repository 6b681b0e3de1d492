import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command, InvalidArgumentError } from 'commander'
import type { InputOf } from '../admin/verbs.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { usdDigits } from '../core/points.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import type { RuleAdmin } from '../prices/rule-admin.ts'
import { type Call, withCalls } from './call.ts'
import { print, table } from './print.ts'

/** The commands that prices and costs both have. */

/** Who sets rules by commands, in the history. */
const BY = 'command line'

export interface RateOptions {
  json?: boolean
  usd?: number
  points?: number
  factor?: number
  per?: string
  when?: string[]
  note?: string
  tenant?: string
  group?: string
  provider?: string
  account?: string
}

export interface RateCommands {
  noun: 'price' | 'cost'
  admin(prices: PriceAdmin): RuleAdmin
  /** The options that say for whom a rule is. */
  withScope(command: Command): Command
  /** Columns beside those that both have. */
  scopeColumns: readonly string[]
}

export function withPriceAdmin<T>(work: (admin: PriceAdmin, call: Call) => Promise<T>): Promise<T> {
  return withCalls((call) =>
    work(
      {
        prices: rulesOver(call, 'price'),
        costs: rulesOver(call, 'cost'),
        preview: (body) => call('price.preview', body),
        setGroup: (body) => call('price.group', body as InputOf<'price.group'>), // the verb checks it
        margins: (body) => call('margin.report', body as InputOf<'margin.report'>), // likewise
      },
      call,
    ),
  )
}

function rulesOver(call: Call, noun: 'price' | 'cost'): RuleAdmin {
  const run = call as (name: string, input: JsonObject) => Promise<Json> // both nouns have the same verbs
  return {
    list: async (query) => (await run(`${noun}.list`, query)) as JsonObject[],
    set: async (body) => (await run(`${noun}.set`, body)) as JsonObject,
    end: async (id) => (await run(`${noun}.end`, { id })) as JsonObject,
    history: async (query) => (await run(`${noun}.history`, query)) as JsonObject[],
    exportFile: async (format) => String(((await run(`${noun}.export`, { format })) as JsonObject).text),
    importFile: async (body) => (await run(`${noun}.import`, body)) as JsonObject,
  }
}

export function addRateCommands(command: Command, commands: RateCommands): void {
  for (const one of [list(commands), set(commands), end(commands), history(commands)]) command.addCommand(one)
  for (const one of [exportFile(commands), importFile(commands)]) command.addCommand(one)
}

function list({ noun, admin, withScope, scopeColumns }: RateCommands): Command {
  return withScope(new Command('list'))
    .description(`List the ${noun}s in force`)
    .option('--of <name>', 'only those for this operation, model or "*"')
    .option('--json', 'print JSON')
    .action((options: RateOptions & { of?: string }) =>
      withPriceAdmin(async (prices, call) => {
        const rules = await admin(prices).list(await queryOf(call, options))
        print(options.json, rules, rulesTable(rules, scopeColumns, []))
      }),
    )
}

function history({ noun, admin, withScope, scopeColumns }: RateCommands): Command {
  return withScope(new Command('history'))
    .description(`List all ${noun}s that were ever set, the newest first`)
    .option('--of <name>', 'only those for this operation, model or "*"')
    .option('--limit <n>', 'at most so many', number, 100)
    .option('--json', 'print JSON')
    .action((options: RateOptions & { of?: string; limit: number }) =>
      withPriceAdmin(async (prices, call) => {
        const query = { ...(await queryOf(call, options)), limit: options.limit }
        const rules = await admin(prices).history(query)
        print(options.json, rules, rulesTable(rules, scopeColumns, ['ended_at', 'made_by']))
      }),
    )
}

function set({ noun, admin, withScope, scopeColumns }: RateCommands): Command {
  return withScope(new Command('set'))
    .description(`Set a ${noun}; the one for the same thing ends. A running server follows within seconds`)
    .argument('<of>', 'an operation (kling/video_generation), a model (kling) or "*"')
    .option('--usd <n>', 'USD for a task', number)
    .option('--points <n>', 'points for a task: 10,000,000 are 1 USD', number)
    .option('--factor <n>', 'multiplies the price that would hold without it', number)
    .option('--per <field>', 'the field of the input that multiplies the amount, such as duration')
    .option('--when <field=value...>', 'only where the input has these values')
    .option('--note <text>', 'a note for the history')
    .option('--json', 'print JSON')
    .action((of: string, options: RateOptions) =>
      withPriceAdmin(async (prices) => {
        const rule = await admin(prices).set(bodyOf(of, options), BY)
        print(options.json, rule, rulesTable([rule], scopeColumns, []))
      }),
    )
}

function end({ noun, admin, scopeColumns }: RateCommands): Command {
  return new Command('end')
    .description(`End a ${noun}: what would hold without it holds`)
    .argument('<id>', `from "${noun} list"`)
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: boolean }) =>
      withPriceAdmin(async (prices) => {
        const rule = await admin(prices).end(id)
        print(options.json, rule, rulesTable([rule], scopeColumns, ['ended_at']))
      }),
    )
}

function exportFile({ noun, admin }: RateCommands): Command {
  return new Command('export')
    .description(`Print the ${noun}s in force as a file that "${noun} import" takes`)
    .option('--format <format>', 'csv or json', format, 'csv')
    .option('--json', 'print the file as a member of JSON')
    .action((options: { format: 'csv' | 'json'; json?: boolean }) =>
      withPriceAdmin(async (prices) => {
        const file = await admin(prices).exportFile(options.format)
        if (options.json) print(true, { format: options.format, text: file }, [])
        else process.stdout.write(file)
      }),
    )
}

function importFile({ noun, admin, scopeColumns }: RateCommands): Command {
  return new Command('import')
    .description(`Set many ${noun}s at once: all of a file, or nothing`)
    .argument('<file>', 'CSV or JSON; - reads the standard input')
    .option('--format <format>', 'csv or json (default: by the name of the file)', format)
    .option('--replace', `end the ${noun}s that are not in the file`)
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--json', 'print JSON')
    .action((file: string, options: ImportOptions) =>
      withPriceAdmin(async (prices) => {
        const body = { ...(await fileIn(file, options.format)), replace: options.replace === true }
        const done = await admin(prices).importFile({ ...body, dry_run: options.dryRun === true }, BY)
        print(options.json, done, importLines(done, scopeColumns))
      }),
    )
}

interface ImportOptions {
  format?: 'csv' | 'json'
  replace?: boolean
  dryRun?: boolean
  json?: boolean
}

/** A file as its format and text. */
export async function fileIn(file: string, given?: 'csv' | 'json'): Promise<{ format: 'csv' | 'json'; text: string }> {
  const content = (file === '-' ? await text(process.stdin) : await read(file)).replace(/^\ufeff/, '')
  return { format: given ?? (/\.json$/i.test(file) ? 'json' : 'csv'), text: content }
}

async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const why = isNodeError(cause) && cause.code === 'ENOENT' ? 'There is no file' : 'No file can be read at'
    throw new PolyphonyError('invalid_input', `${why} ${file}.`, { cause })
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new PolyphonyError('invalid_input', `${file} is not text in UTF-8: save it as CSV in UTF-8, or as JSON.`)
  }
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error
}

function importLines(
  { begun, ended, unchanged, dry_run: isDry }: JsonObject,
  scopeColumns: readonly string[],
): string[] {
  const [begins, ends] = [begun, ended] as [JsonObject[], JsonObject[]] // rules, as the answer shows them
  const would = isDry === true ? 'would ' : ''
  return [
    `${begins.length} ${would}begin, ${ends.length} ${would}end, ${unchanged} stay as they are.`,
    ...(begins.length === 0 ? [] : ['', `These ${would}begin:`, ...rulesTable(begins, scopeColumns, [])]),
    ...(ends.length === 0 ? [] : ['', `These ${would}end:`, ...rulesTable(ends, scopeColumns, [])]),
  ]
}

async function queryOf(call: Call, options: RateOptions & { of?: string }): Promise<JsonObject> {
  const { of, group, provider, account } = options
  const tenant = options.tenant === undefined ? undefined : (await call('tenant.show', { tenant: options.tenant })).id
  return given({ of, tenant, group, provider, account })
}

function bodyOf(of: string, options: RateOptions): JsonObject {
  const { usd, points, factor, per, when, note, tenant, group, provider, account } = options
  return { of, ...given({ usd, points, factor, per, when: when?.join(';'), note, tenant, group, provider, account }) }
}

function given(members: Record<string, Json | undefined>): JsonObject {
  const set = Object.entries(members).filter((one): one is [string, Json] => one[1] !== undefined)
  return Object.fromEntries(set)
}

function rulesTable(rules: readonly JsonObject[], scope: readonly string[], more: readonly string[]): string[] {
  const columns = [...scope, 'of', 'when', 'amount', 'per', 'begun_at', ...more, 'note', 'id']
  return table(
    columns.map((column) => column.replace('_at', '').replace('_', ' ')),
    rules.map((rule) => columns.map((column) => cellOf(rule, column))),
  )
}

function cellOf(rule: JsonObject, column: string): string {
  const { [column]: value } = rule
  if (column === 'amount') return rule.factor === null ? dollars(Number(rule.usd)) : `x${rule.factor}`
  if (column === 'when')
    return Object.entries(value as JsonObject)
      .map((pair) => pair.join('='))
      .join('; ') // conditions
  if (column.endsWith('_at')) return typeof value === 'string' ? value.slice(0, 19).replace('T', ' ') : '-'
  return typeof value === 'string' && value !== '' ? value : '-'
}

/** As many digits as the amount has, which may be as small as a point. */
export function dollars(usd: number): string {
  return usd < 0 ? `-$${usdDigits(-usd)}` : `$${usdDigits(usd)}`
}

export function number(argument: string): number {
  const value = Number(argument)
  if (argument.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

function format(argument: string): 'csv' | 'json' {
  if (argument === 'csv' || argument === 'json') return argument
  throw new InvalidArgumentError('It must be csv or json.')
}
