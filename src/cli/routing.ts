import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { print, table, time } from './print.ts'

export function routingCommand(): Command {
  return new Command('routing')
    .description('Which tasks wait where, and which accounts would be given them')
    .option('--operation <id>', 'only of this operation')
    .option('--json', 'print JSON')
    .action(({ json, ...options }: { operation?: string } & Json) =>
      withCalls(async (call) => {
        const routing = await call('routing.read', given(options))
        const queues = routing.queues.map((queue) => [
          queue.pool,
          queue.operation,
          String(queue.waiting),
          time(queue.oldest_at),
          String(queue.takers),
        ])
        const accounts = routing.accounts.map((account) => [
          account.name,
          account.provider,
          account.state,
          `${account.running}/${account.slots}`,
          String(account.priority),
          String(account.weight),
          account.takes_work ? 'yes' : 'no',
        ])
        print(json, routing, [
          ...table(['pool', 'operation', 'waiting', 'oldest', 'takers'], queues),
          '',
          ...table(['account', 'provider', 'state', 'slots', 'priority', 'weight', 'takes work'], accounts),
        ])
      }),
    )
}
