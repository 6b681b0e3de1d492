import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import type { AccountBody, DebugBody, ProviderBody } from '../admin/account-bodies.ts'
import { providerBodies } from '../admin/account-bodies.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { PROVIDERS } from '../providers/providers.ts'
import { type Call, isServed, withCalls } from './call.ts'
import { type Json, readNumber } from './options.ts'
import { print, table, time } from './print.ts'

/** The options as commander collects them; absent ones leave the account as it is. */
interface AccountOptions extends Json {
  name?: string
  slots?: number
  weight?: number
  priority?: number
  dailyCap?: number | 'none'
  priceFactor?: number
  serves?: string[] | 'all'
  field?: string[]
}

export function accountCommand(): Command {
  const command = new Command('account').description('Add, test, drain and debug accounts at providers')
  command.addCommand(addCommand())
  command.addCommand(setCommand())
  command
    .command('list')
    .description('List accounts, with their state')
    .option('--tenant <name or id>', 'only the accounts of this tenant')
    .option('--json', 'print JSON')
    .action((options: { tenant?: string } & Json) =>
      withCalls(async (call) => {
        const accounts = await call('account.list', {})
        const owner = options.tenant === undefined ? undefined : await call('tenant.show', { tenant: options.tenant })
        const shown = owner ? accounts.filter(({ tenant }) => tenant === owner.id) : accounts
        print(options.json, shown, listing(shown))
      }),
    )
  command
    .command('providers')
    .description('List the providers of accounts, with their fields')
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      // Where no server runs they are those of the program, also before there is a database.
      const providers = (await isServed())
        ? await withCalls((call) => call('account.providers', {}))
        : providerBodies({ manifests: PROVIDERS }, 'operator')
      print(options.json, providers, providers.flatMap(providerLines))
    })
  command.addCommand(
    one('show', 'Show one account', async (call, { id }) => {
      const account = await call('account.show', { id })
      return { value: account, lines: linesOf(account) }
    }),
  )
  command.addCommand(
    one(
      'test',
      'Call the vendor now to see whether the account works; exit code 1 when it does not',
      async (call, { id }) => {
        const outcome = await call('account.test', { id })
        if (outcome.works === false) process.exitCode = 1
        return { value: outcome, lines: [outcome.says, ...linesOf(outcome.account)] }
      },
    ),
  )
  command.addCommand(
    one('debug', 'Show everything about one account, and why it begins no tasks', async (call, { id }) => {
      const diagnosis = await call('account.debug', { id })
      return { value: diagnosis, lines: diagnosisLines(diagnosis) }
    }),
  )
  const switches = {
    drain: 'Let it finish its running tasks and begin no new ones',
    resume: 'Let it begin tasks again',
    disable: 'Switch it off; it finishes its running tasks',
    enable: 'Switch it on, and end its pause',
  } as const
  for (const [verb, description] of Object.entries(switches) as [keyof typeof switches, string][]) {
    command.addCommand(
      one(verb, description, async (call, { id }) => {
        const account = await call(`account.${verb}`, { id })
        return { value: account, lines: linesOf(account) }
      }),
    )
  }
  command.addCommand(
    one('remove', 'Remove an account on which no task runs', async (call, { id, name }) => {
      return { value: await call('account.remove', { id }), lines: [`Account ${name} (${id}) was removed.`] }
    }),
  )
  return command
}

function addCommand(): Command {
  return withAccountOptions(new Command('add'))
    .description('Add an account; a running server uses it within seconds')
    .argument('<provider>', 'from "account providers"')
    .option('--tenant <name or id>', 'the tenant that owns it (default: the operator, for all tenants)')
    .action((provider: string, options: AccountOptions & { tenant?: string }) =>
      withCalls(async (call) => {
        const { tenant: nameOrId } = options
        const tenant = nameOrId === undefined ? null : (await call('tenant.show', { tenant: nameOrId })).id
        const account = await call('account.add', { provider, tenant, ...(await bodyOf(options)) })
        print(options.json, account, [...linesOf(account), `Next: polyphony account test ${account.id}`])
      }),
    )
}

function setCommand(): Command {
  return withAccountOptions(new Command('set'))
    .description('Change an account; options that are left out change nothing')
    .argument('<id or name>', 'from "account list"')
    .action((idOrName: string, options: AccountOptions) =>
      withCalls(async (call) => {
        const { id } = await findAccount(call, idOrName)
        const account = await call('account.change', { id, ...(await bodyOf(options)) })
        print(options.json, account, linesOf(account))
      }),
    )
}

/** The options that `add` and `set` share. */
function withAccountOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name, unique among the accounts of its owner')
    .option('--slots <n>', 'tasks that it runs at once', readNumber)
    .option('--weight <n>', 'its share among accounts of the same priority', readNumber)
    .option('--priority <n>', 'accounts of higher priority are filled first; one below 0 is a back-up', readNumber)
    .option('--daily-cap <n>', 'tasks that it begins on one UTC day, or "none"', readNumberOrNone)
    .option('--price-factor <n>', 'what a task on it costs, as a fraction of the list price: 0 to 1', readNumber)
    .option('--serves <list>', 'operations or models, separated by commas, or "all"', readListOrAll)
    .option(
      '--field <name=value>',
      'a field of the provider; name=@FILE reads it from a file, name=@- from the standard input (repeat for more)',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--json', 'print JSON')
}

/** A command about one account. */
function one(
  name: string,
  description: string,
  work: (call: Call, account: AccountBody) => Promise<{ value: unknown; lines: string[] }>,
): Command {
  return new Command(name)
    .description(description)
    .argument('<id or name>', 'from "account list"')
    .option('--json', 'print JSON')
    .action((idOrName: string, options: Json) =>
      withCalls(async (call) => {
        const { value, lines } = await work(call, await findAccount(call, idOrName))
        print(options.json, value, lines)
      }),
    )
}

async function findAccount(call: Call, idOrName: string): Promise<AccountBody> {
  const all = await call('account.list', {})
  const [account, second] = all.filter(({ id, name }) => id === idOrName || name === idOrName)
  if (second) throw new PolyphonyError('invalid_input', `Several accounts are called "${idOrName}": use an id.`)
  if (!account) throw new PolyphonyError('not_found', `No account "${idOrName}"; "polyphony account list" has them.`)
  return account
}

/** The options as a request body of the account API. */
async function bodyOf(options: AccountOptions): Promise<JsonObject> {
  const { name, slots, weight, priority, dailyCap, priceFactor, serves, field } = options
  const given = {
    name,
    slots,
    weight,
    priority,
    daily_cap: dailyCap === 'none' ? null : dailyCap,
    price_factor: priceFactor,
    serves: serves === 'all' ? null : serves,
    fields: field && (await fieldsOf(field)),
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

async function fieldsOf(given: string[]): Promise<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const one of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? []
    if (name === undefined || value === undefined) {
      throw new PolyphonyError('invalid_input', '--field takes name=value.', { field: 'fields' }) // not repeated: it may be a secret
    }
    fields[name] = value.startsWith('@') ? await contentOf(value.slice(1)) : value
  }
  return fields
}

/** The content of a file or of the standard input, without the line break at its end. */
async function contentOf(place: string): Promise<string> {
  const isInput = place === '-' || place === 'stdin'
  try {
    return (isInput ? await text(process.stdin) : await readFile(place, 'utf8')).trim()
  } catch (cause) {
    throw new PolyphonyError('invalid_input', `The file ${place} cannot be read.`, { cause })
  }
}

function listing(accounts: AccountBody[]): string[] {
  return table(
    ['id', 'name', 'provider', 'owner', 'state', 'running', 'today', 'priority', 'reason'],
    accounts.map((account) => [
      account.id,
      account.name,
      account.provider,
      account.tenant ?? 'operator',
      stateOf(account),
      `${account.running}/${account.slots}`,
      account.daily_cap === null ? String(account.begun_today) : `${account.begun_today}/${account.daily_cap}`,
      String(account.priority),
      account.reason,
    ]),
  )
}

function stateOf({ state, is_usable: isUsable, draining: isDraining }: AccountBody): string {
  return `${isUsable ? state : 'unusable'}${isDraining ? ', draining' : ''}`
}

function linesOf(account: AccountBody): string[] {
  const { operations, serves, settings, credential } = account
  const rows: [string, string][] = [
    ['id', account.id],
    ['name', account.name],
    ['provider', account.provider],
    ['owner', account.tenant ?? 'operator'],
    ['state', stateOf(account)],
    ['reason', account.reason || '-'],
    ['tried again', time(account.retry_at)],
    ['running', `${account.running} of ${account.slots}`],
    ['begun today', `${account.begun_today} of ${account.daily_cap ?? 'any number'}`],
    ['weight', `${account.weight}, priority ${account.priority}`],
    ['price factor', String(account.price_factor)],
    ['serves', serves?.join(', ') ?? 'everything that it performs'],
    ['performs', `${operations.length} operations`],
    ['credential', credential === 'stored' ? 'sealed in the database' : 'in the environment of the server'],
    ...Object.entries(settings).filter(([, value]) => value !== ''),
  ]
  return rows.map(([title, value]) => `${title.padEnd(12)}  ${value}`)
}

function diagnosisLines({ account, advice, waiting, attempts }: DebugBody): string[] {
  return [
    ...linesOf(account),
    '',
    ...(advice.length > 0 ? advice : ['It can begin tasks.']),
    '',
    ...table(
      ['waiting', 'operation'],
      waiting.map(({ operation, count }) => [String(count), operation]),
    ),
    '',
    ...table(
      ['begun', 'task', 'attempt', 'outcome', 'reason'],
      attempts.map((attempt) => [
        time(attempt.begun_at),
        attempt.task_id,
        String(attempt.number),
        attempt.outcome,
        attempt.reason ?? '',
      ]),
    ),
  ]
}

function providerLines({ id, title, slots, fields }: ProviderBody): string[] {
  const rows = fields.map((field) => [
    `  ${field.name}`,
    field.env ?? '-',
    field.default === null ? 'required' : field.default || 'optional',
    field.title,
  ])
  return [`${id}: ${title}, ${slots} slots`, ...table(['  field', 'environment', 'default', 'what'], rows), '']
}

function readNumberOrNone(argument: string): number | 'none' {
  return argument === 'none' ? argument : readNumber(argument)
}

function readListOrAll(argument: string): string[] | 'all' {
  return argument === 'all' ? argument : argument.split(',').filter(Boolean)
}
