import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { SECOND_MS } from '../core/clock.ts'
import { withCalls } from './call.ts'
import {
  given,
  type Json,
  nullIfNone,
  type OrNone,
  orNone,
  readDuration,
  readEnd,
  readKeyId,
  readList,
  readNumber,
  readWhole,
  type Search,
  searched,
} from './options.ts'
import { points, print, table, time } from './print.ts'

interface LimitOptions extends Json {
  name?: string
  models?: OrNone<string[]>
  rpm?: OrNone<number>
  tpm?: OrNone<number>
  concurrency?: OrNone<number>
  spendLimit?: OrNone<number>
  dailyLimit?: OrNone<number>
  monthlyLimit?: OrNone<number>
  expires?: OrNone<string>
}

type Key = AnswerOf<'key.show'>

export function keyCommand(): Command {
  const command = new Command('key').description(
    'Create, change, rotate, list and revoke API keys; show their access pairs',
  )
  command.addCommand(createCommand())
  command.addCommand(setCommand())
  searched(
    command
      .command('list')
      .description('List keys with their limits and last use, without their texts')
      .option('--tenant <name or id>', 'only this tenant'),
    'name or id',
  ).action(({ json, tenant, search, limit, cursor }: { tenant?: string } & Search) =>
    withCalls(async (call) => {
      const page = await call('key.list', given({ tenant, search, limit, cursor }))
      print(json, page, listing(page.items))
    }),
  )
  command
    .command('show')
    .description('Show a key, without its text')
    .argument('<id>', 'from "key list"', readKeyId)
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const key = await call('key.show', { id })
        print(json, key, listing([key]))
      }),
    )
  command
    .command('pair')
    .description('Show the access key and the secret key of a key, for clients that sign their requests (Kling)')
    .argument('<id>', 'from "key list"', readKeyId)
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const pair = await call('key.pair', { id })
        print(json, pair, linesOf(pair))
      }),
    )
  command
    .command('rotate')
    .description('Give a key another text; it is shown this once')
    .argument('<id>', 'from "key list"', readKeyId)
    .option(
      '--grace <time>',
      'how long the text from before still works, such as 1d (default: not at all)',
      readDuration,
    )
    .option('--json', 'print JSON')
    .action((id: string, { json, grace }: { grace?: number } & Json) =>
      withCalls(async (call) => {
        const graceSeconds = grace === undefined ? undefined : grace / SECOND_MS
        const key = await call('key.rotate', { id, ...given({ grace_seconds: graceSeconds }) })
        const until = key.previous_valid_until
        print(json, key, [
          key.key,
          `The text of key ${id} from before ${until === null ? 'is not valid any more' : `is valid until ${time(until)}`}.`,
        ])
      }),
    )
  command
    .command('revoke')
    .description('Revoke a key for good; other processes know of it within seconds')
    .argument('<id>', 'from "key list"', readKeyId)
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => print(json, await call('key.revoke', { id }), [`Key ${id} is revoked.`])),
    )
  return command
}

function createCommand(): Command {
  return withLimits(new Command('create'), 'such as 30d, 12h or 45m')
    .description('Create a key; its text is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--tenant <name or id>', 'whose it is (default: the first tenant)')
    .option('--test', 'runs on the sandbox only, and costs nothing')
    .option('--admin', 'may do everything; keys of the first tenant only')
    .option('--pair', 'also print its access pair, for clients that sign their requests (Kling)')
    .action(
      (options: LimitOptions & { name: string; tenant?: string; test?: boolean; admin?: boolean; pair?: boolean }) =>
        withCalls(async (call) => {
          const { json, name, tenant, test, admin, pair } = options
          const mode = test ? ('test' as const) : undefined
          const key = await call('key.create', { ...limitsIn(options), name, ...given({ tenant, admin, mode }) })
          print(json, key, [
            key.key,
            `Key ${key.id} of ${key.tenant_name}. Only its hash is stored: it cannot be shown again.`,
            ...(pair ? linesOf(await call('key.pair', { id: key.id })) : []),
          ])
        }),
    )
}

function setCommand(): Command {
  return withLimits(new Command('set'), 'such as 30d from now')
    .description('Change the name or the limits of a key; "none" takes a limit away')
    .argument('<id>', 'from "key list"', readKeyId)
    .option('--name <name>', 'what it is for')
    .action((id: string, options: LimitOptions) =>
      withCalls(async (call) => {
        const key = await call('key.change', { id, ...limitsIn(options) })
        print(options.json, key, listing([key]))
      }),
    )
}

/** The options that `create` and `set` share. */
function withLimits(command: Command, expires: string): Command {
  return command
    .option(
      '--models <list>',
      'only these models, separated by commas; "*" ends the beginning of a name',
      orNone(readList),
    )
    .option('--rpm <n>', 'requests a minute', orNone(readWhole))
    .option('--tpm <n>', 'tokens of calls a minute', orNone(readWhole))
    .option('--concurrency <n>', 'unfinished tasks at once; more are parked', orNone(readWhole))
    .option('--spend-limit <usd>', 'how much it may spend in all', orNone(readNumber))
    .option('--daily-limit <usd>', 'how much it may spend in a day of UTC', orNone(readNumber))
    .option('--monthly-limit <usd>', 'how much it may spend in a month of UTC', orNone(readNumber))
    .option('--expires <time>', `a duration ${expires}`, orNone(readEnd))
    .option('--json', 'print JSON')
}

function limitsIn(options: LimitOptions) {
  const { name, models, rpm, tpm, concurrency, spendLimit, dailyLimit, monthlyLimit, expires } = options
  return given({
    name,
    models: nullIfNone(models),
    requests_per_minute: nullIfNone(rpm),
    tokens_per_minute: nullIfNone(tpm),
    max_concurrent: nullIfNone(concurrency),
    spend_limit_usd: nullIfNone(spendLimit),
    daily_limit_usd: nullIfNone(dailyLimit),
    monthly_limit_usd: nullIfNone(monthlyLimit),
    expires_at: nullIfNone<string>(expires),
  })
}

function linesOf({ access_key, secret_key }: AnswerOf<'key.pair'>): string[] {
  return [`  access key  ${access_key}`, `  secret key  ${secret_key}`]
}

function listing(keys: Key[]): string[] {
  return table(
    ['id', 'key', 'name', 'tenant', 'mode', 'role', 'spent', 'limits', 'expires', 'revoked', 'last used'],
    keys.map((key) => [
      key.id,
      key.prefix,
      key.name,
      key.tenant_name,
      key.mode,
      key.role,
      points(key.spent_points),
      limitsOf(key),
      time(key.expires_at),
      key.revoked_at === null ? 'no' : time(key.revoked_at),
      time(key.last_used_at),
    ]),
  )
}

function limitsOf(key: Key): string {
  const { requests_per_minute, tokens_per_minute, max_concurrent } = key
  const { spend_limit_points, daily_limit_points, monthly_limit_points } = key
  const limits = [
    requests_per_minute === null ? [] : [`${requests_per_minute} a minute`],
    tokens_per_minute === null ? [] : [`${tokens_per_minute} tokens a minute`],
    max_concurrent === null ? [] : [`${max_concurrent} at once`],
    spend_limit_points === null ? [] : [`${points(spend_limit_points)} in all`],
    daily_limit_points === null
      ? []
      : [`${points(daily_limit_points)} a day (${points(key.spent_today_points)} spent)`],
    monthly_limit_points === null
      ? []
      : [`${points(monthly_limit_points)} a month (${points(key.spent_this_month_points)} spent)`],
    key.models ?? [],
  ].flat()
  return limits.join(', ') || '-'
}
