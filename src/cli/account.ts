import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command, InvalidArgumentError } from 'commander'
import type { AccountAdmin, Findings, ManagedAccount } from '../accounts/manage.ts'
import { openOfflineAccountAdmin } from '../compose/accounts.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ProviderManifest } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { print, table, time } from './print.ts'
import { findTenant, withStore } from './with-store.ts'

interface Json {
  json?: boolean
}

/** As commander collects them: what is absent stays as it is. */
interface Wishes extends Json {
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
    .option('--tenant <name or id>', 'only what this tenant connected')
    .option('--json', 'print JSON')
    .action((options: { tenant?: string } & Json) =>
      withAccountAdmin(async (accountAdmin, store) => {
        const tenant = options.tenant === undefined ? undefined : await findTenant(store, options.tenant)
        const all = await accountAdmin.list('operator')
        const accounts = tenant ? all.filter(({ tenantId }) => tenantId === tenant.id) : all
        print(options.json, accounts, listing(accounts))
      }),
    )
  command
    .command('providers')
    .description('List what accounts can be of, with their fields')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      withAccountAdmin(async ({ manifests }) => {
        const shown = manifests.map(({ load: _load, ...manifest }) => manifest)
        print(options.json, shown, shown.flatMap(providerLines))
      }),
    )
  command.addCommand(
    one('show', 'Show one account', async (accountAdmin, { id }) => {
      const account = await accountAdmin.get(id, 'operator')
      return { value: account, lines: linesOf(account) }
    }),
  )
  command.addCommand(
    one(
      'test',
      'Ask the vendor now whether the account works; exit code 1 when it does not',
      async (accountAdmin, { id }) => {
        const outcome = await accountAdmin.test(id, 'operator')
        if (outcome.works === false) process.exitCode = 1
        return { value: outcome, lines: [outcome.says, ...linesOf(outcome.account)] }
      },
    ),
  )
  command.addCommand(
    one('debug', 'Show everything about one account: why it works, or does not', async (accountAdmin, { id }) => {
      const findings = await accountAdmin.debug(id, 'operator')
      return { value: findings, lines: findingLines(findings) }
    }),
  )
  const switches = {
    drain: 'Let it finish what it has, and begin nothing',
    resume: 'Let it begin tasks again',
    disable: 'Switch it off; it finishes what it has',
    enable: 'Switch it on, and end its pause',
  } as const
  for (const [verb, description] of Object.entries(switches) as [keyof typeof switches, string][]) {
    command.addCommand(
      one(verb, description, async (accountAdmin, { id }) => {
        const account = await accountAdmin[verb](id, 'operator')
        return { value: account, lines: linesOf(account) }
      }),
    )
  }
  command.addCommand(
    one('remove', 'Remove an account on which nothing runs', async (accountAdmin, { id, name }) => {
      await accountAdmin.remove(id, 'operator')
      return { value: { id, removed: true }, lines: [`Account ${name} (${id}) is gone.`] }
    }),
  )
  return command
}

function addCommand(): Command {
  return wishing(new Command('add'))
    .description('Add an account; a running server uses it within seconds')
    .argument('<provider>', 'from "account providers"')
    .option('--tenant <name or id>', 'it is this tenant’s own (default: the house’s, for all tenants)')
    .action((provider: string, options: Wishes & { tenant?: string }) =>
      withAccountAdmin(async (accountAdmin, store) => {
        const tenant = options.tenant === undefined ? null : (await findTenant(store, options.tenant)).id
        const body = { provider, tenant, ...(await bodyOf(options)) }
        const account = await accountAdmin.add(body, 'operator')
        print(options.json, account, [...linesOf(account), `Next: polyphony account test ${account.id}`])
      }),
    )
}

function setCommand(): Command {
  return wishing(new Command('set'))
    .description('Change an account; what is not named stays as it is')
    .argument('<id or name>', 'from "account list"')
    .action((idOrName: string, options: Wishes) =>
      withAccountAdmin(async (accountAdmin) => {
        const { id } = await findAccount(accountAdmin, idOrName)
        const account = await accountAdmin.change(id, await bodyOf(options), 'operator')
        print(options.json, account, linesOf(account))
      }),
    )
}

/** The options that `add` and `set` share. */
function wishing(command: Command): Command {
  return command
    .option('--name <name>', 'what it is called')
    .option('--slots <n>', 'tasks that it runs at once', number)
    .option('--weight <n>', 'its share among accounts of one priority', number)
    .option('--priority <n>', 'the higher one is asked first; one below 0 is a back-up', number)
    .option('--daily-cap <n>', 'tasks that it begins on one UTC day, or "none"', numberOrNone)
    .option('--price-factor <n>', 'what a task on it costs, as a part of the list price: 0 to 1', number)
    .option('--serves <list>', 'operations or models, separated by commas, or "all"', listOrAll)
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
  work: (accountAdmin: AccountAdmin, account: ManagedAccount) => Promise<{ value: unknown; lines: string[] }>,
): Command {
  return new Command(name)
    .description(description)
    .argument('<id or name>', 'from "account list"')
    .option('--json', 'print JSON')
    .action((idOrName: string, options: Json) =>
      withAccountAdmin(async (accountAdmin) => {
        const { value, lines } = await work(accountAdmin, await findAccount(accountAdmin, idOrName))
        print(options.json, value, lines)
      }),
    )
}

function withAccountAdmin<Done>(work: (accountAdmin: AccountAdmin, store: Store) => Promise<Done>): Promise<Done> {
  return withStore(async (store, config) => {
    const { accountAdmin, close } = openOfflineAccountAdmin(config, store)
    try {
      return await work(accountAdmin, store)
    } finally {
      await close()
    }
  })
}

async function findAccount(accountAdmin: AccountAdmin, idOrName: string): Promise<ManagedAccount> {
  const all = await accountAdmin.list('operator')
  const [account, second] = all.filter(({ id, name }) => id === idOrName || name === idOrName)
  if (second) throw new PolyphonyError('invalid_input', `Several accounts are called "${idOrName}": use an id.`)
  if (!account) throw new PolyphonyError('not_found', `No account "${idOrName}"; "polyphony account list" has them.`)
  return account
}

/** The options in the words of the API. */
async function bodyOf(options: Wishes): Promise<JsonObject> {
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
    Object.entries(given).flatMap(([word, value]) => (value === undefined ? [] : [[word, value]])),
  )
}

async function fieldsOf(given: string[]): Promise<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const one of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? []
    if (name === undefined || value === undefined) {
      throw new PolyphonyError('invalid_input', '--field takes name=value.', { field: 'fields' }) // it may be a secret
    }
    fields[name] = value.startsWith('@') ? await contentOf(value.slice(1)) : value
  }
  return fields
}

/** The line break at the end of a file is none of a key's. */
async function contentOf(place: string): Promise<string> {
  const isInput = place === '-' || place === 'stdin'
  try {
    return (isInput ? await text(process.stdin) : await readFile(place, 'utf8')).trim()
  } catch (cause) {
    throw new PolyphonyError('invalid_input', `The file ${place} cannot be read.`, { cause })
  }
}

function listing(accounts: ManagedAccount[]): string[] {
  return table(
    ['id', 'name', 'provider', 'owner', 'state', 'running', 'today', 'priority', 'reason'],
    accounts.map((account) => [
      account.id,
      account.name,
      account.provider,
      account.tenantId ?? 'house',
      stateOf(account),
      `${account.running}/${account.slots}`,
      account.dailyCap === null ? String(account.begunToday) : `${account.begunToday}/${account.dailyCap}`,
      String(account.priority),
      account.reason,
    ]),
  )
}

function stateOf({ state, isUsable, isDraining }: ManagedAccount): string {
  return `${isUsable ? state : 'unusable'}${isDraining ? ', draining' : ''}`
}

function linesOf(account: ManagedAccount): string[] {
  const { operations, serves, settings, credential } = account
  const rows: [string, string][] = [
    ['id', account.id],
    ['name', account.name],
    ['provider', account.provider],
    ['owner', account.tenantId ?? 'house'],
    ['state', stateOf(account)],
    ['reason', account.reason || '-'],
    ['tried again', time(account.retryAt)],
    ['running', `${account.running} of ${account.slots}`],
    ['begun today', `${account.begunToday} of ${account.dailyCap ?? 'any number'}`],
    ['weight', `${account.weight}, priority ${account.priority}`],
    ['price factor', String(account.priceFactor)],
    ['serves', serves?.join(', ') ?? 'all that it performs'],
    ['performs', `${operations.length} operations`],
    ['credential', credential === 'stored' ? 'sealed in the database' : 'in the environment of the server'],
    ...Object.entries(settings).filter(([, value]) => value !== ''),
  ]
  return rows.map(([title, value]) => `${title.padEnd(12)}  ${value}`)
}

function findingLines({ account, advice, waiting, attempts }: Findings): string[] {
  return [
    ...linesOf(account),
    '',
    ...(advice.length > 0 ? advice : ['It begins tasks.']),
    '',
    ...table(
      ['waiting', 'operation'],
      waiting.map(({ operation, count }) => [String(count), operation]),
    ),
    '',
    ...table(
      ['begun', 'task', 'attempt', 'outcome', 'reason'],
      attempts.map((attempt) => [
        time(attempt.begunAt),
        attempt.taskId,
        String(attempt.number),
        attempt.outcome,
        attempt.reason ?? '',
      ]),
    ),
  ]
}

function providerLines({ id, title, slots, fields }: Omit<ProviderManifest, 'load'>): string[] {
  const rows = fields.map((field) => [
    `  ${field.name}`,
    field.env,
    field.default === undefined ? 'required' : field.default === '' ? 'optional' : field.default,
    field.title,
  ])
  return [`${id}: ${title}, ${slots} slots`, ...table(['  field', 'environment', 'default', 'what'], rows), '']
}

function number(text_: string): number {
  const value = Number(text_)
  if (text_.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

function numberOrNone(text_: string): number | 'none' {
  return text_ === 'none' ? text_ : number(text_)
}

function listOrAll(text_: string): string[] | 'all' {
  return text_ === 'all' ? text_ : text_.split(',').filter(Boolean)
}
