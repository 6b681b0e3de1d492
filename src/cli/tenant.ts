import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, nullIfNone, type OrNone, orNone, readWhole, type Search, searched } from './options.ts'
import { points, print, table, time } from './print.ts'

type Tenant = AnswerOf<'tenant.show'>

interface SetOptions extends Json {
  name?: string
  concurrency?: OrNone<number>
  maxStaged?: number
  defaultPool?: string
  fallsBack?: string
}

export function tenantCommand(): Command {
  const command = new Command('tenant').description('Create, change, freeze, delete and list tenants: who pays')
  command
    .command('create')
    .description('Create a tenant: it has its own keys, balance and limits')
    .argument('<name>')
    .option('--concurrency <n>', 'unfinished tasks at once; more are parked', readWhole)
    .option('--max-staged <n>', 'parked tasks at once; more are refused', readWhole)
    .option('--json', 'print JSON')
    .action((name: string, { json, concurrency, maxStaged }: { concurrency?: number; maxStaged?: number } & Json) =>
      withCalls(async (call) => {
        const limits = given({ max_concurrent: concurrency, max_staged: maxStaged })
        const tenant = await call('tenant.create', { name, ...limits })
        print(json, tenant, [
          `Tenant ${tenant.name} (${tenant.id}) exists. Next: polyphony credit AMOUNT --tenant ${name}`,
        ])
      }),
    )
  searched(command.command('list').description('Tenants, with what they have left'), 'name or id').action(
    ({ json, search, limit, cursor }: Search) =>
      withCalls(async (call) => {
        const page = await call('tenant.list', given({ search, limit, cursor }))
        print(json, page, listing(page.items))
      }),
  )
  command
    .command('show')
    .description('One tenant, with its limits')
    .argument('<name or id>')
    .option('--json', 'print JSON')
    .action((tenant: string, { json }: Json) =>
      withCalls(async (call) => {
        const shown = await call('tenant.show', { tenant })
        print(json, shown, linesOf(shown))
      }),
    )
  command
    .command('set')
    .description('Change the name, the limits or the pool of a tenant')
    .argument('<name or id>')
    .option('--name <name>', 'another name')
    .option('--concurrency <n>', 'unfinished tasks at once, or "none"', orNone(readWhole))
    .option('--max-staged <n>', 'parked tasks at once; more are refused', readWhole)
    .option('--default-pool <pool>', 'private or public: where tasks go that name no pool')
    .option('--falls-back <yes or no>', 'whether tasks go to the public pool when no own account can perform them')
    .option('--json', 'print JSON')
    .action((tenant: string, options: SetOptions) =>
      withCalls(async (call) => {
        const { json, name, concurrency, maxStaged, defaultPool, fallsBack } = options
        const changed = await call('tenant.change', {
          tenant,
          ...given({
            name,
            max_concurrent: nullIfNone(concurrency),
            max_staged: maxStaged,
            default_pool: defaultPool as Tenant['default_pool'] | undefined, // the verb checks it
            falls_back: fallsBack === undefined ? undefined : fallsBack === 'yes',
          }),
        })
        print(json, changed, linesOf(changed))
      }),
    )
  command
    .command('freeze')
    .description('Refuse new tasks of a tenant; reads and running tasks go on')
    .argument('<name or id>')
    .option('--json', 'print JSON')
    .action((tenant: string, { json }: Json) =>
      withCalls(async (call) => {
        const frozen = await call('tenant.freeze', { tenant })
        print(json, frozen, [`Tenant ${frozen.name} is frozen since ${time(frozen.frozen_at)}.`])
      }),
    )
  command
    .command('unfreeze')
    .description('Accept new tasks of a frozen tenant again')
    .argument('<name or id>')
    .option('--json', 'print JSON')
    .action((tenant: string, { json }: Json) =>
      withCalls(async (call) => {
        const unfrozen = await call('tenant.unfreeze', { tenant })
        print(json, unfrozen, [`Tenant ${unfrozen.name} is not frozen.`])
      }),
    )
  command
    .command('delete')
    .description('Delete a tenant without unfinished tasks; its keys are revoked, and its ledger stays')
    .argument('<name or id>')
    .option('--json', 'print JSON')
    .action((tenant: string, { json }: Json) =>
      withCalls(async (call) => {
        const deleted = await call('tenant.delete', { tenant })
        print(json, deleted, [`Tenant ${tenant} (${deleted.id}) is deleted.`])
      }),
    )
  return command
}

function listing(tenants: Tenant[]): string[] {
  return table(
    ['id', 'name', 'available', 'held', 'unfinished', 'since', 'frozen'],
    tenants.map((tenant) => [
      tenant.id,
      tenant.name,
      points(tenant.available_points),
      points(tenant.held_points),
      String(tenant.unfinished),
      time(tenant.created_at),
      time(tenant.frozen_at),
    ]),
  )
}

function linesOf(tenant: Tenant): string[] {
  const rows: [string, string][] = [
    ['id', tenant.id],
    ['name', tenant.name],
    ['available', points(tenant.available_points)],
    ['held', points(tenant.held_points)],
    ['credited', points(tenant.credited_points)],
    ['unfinished', `${tenant.unfinished} of ${tenant.max_concurrent ?? 'any number'}`],
    ['parked', `${tenant.parked} of ${tenant.max_staged}`],
    ['pool', `${tenant.default_pool}${tenant.falls_back ? ', falls back to the public one' : ''}`],
    ['since', time(tenant.created_at)],
    ['frozen', time(tenant.frozen_at)],
  ]
  return rows.map(([title, value]) => `${title.padEnd(10)}  ${value}`)
}
