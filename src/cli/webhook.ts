import { Command } from 'commander'
import type { InputOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, paged } from './options.ts'
import { print, table, time } from './print.ts'

interface ListOptions extends Json {
  tenant?: string
  task?: string
  status?: InputOf<'webhook.list'>['status'] // the verb checks it
  limit: number
  cursor?: string
}

export function webhookCommand(): Command {
  const command = new Command('webhook').description(
    'See deliveries and their attempts, send one again, show the signing secret',
  )
  paged(
    command
      .command('list')
      .description('Deliveries with their attempts, the newest first')
      .option('--tenant <name or id>', 'only of this tenant')
      .option('--task <id>', 'only of this task')
      .option('--status <status>', 'pending, delivered or failed'),
    { limit: 20 },
  ).action(({ json, ...options }: ListOptions) =>
    withCalls(async (call) => {
      const page = await call('webhook.list', given(options))
      const rows = page.items.map(({ id, task_id, url, status, attempts, log, next_attempt_at }) => {
        const last = log.at(-1)
        const answer = last ? String(last.http_status ?? last.error) : '-'
        return [id, task_id, status, String(attempts), answer, time(next_attempt_at), url]
      })
      print(json, page, table(['id', 'task', 'status', 'tries', 'last answer', 'next', 'url'], rows))
    }),
  )
  command
    .command('replay')
    .description('Send a delivery again, with the same id and body')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) =>
        print(json, await call('webhook.replay', { id }), [`Delivery ${id} is due now; a running server sends it.`]),
      ),
    )
  command
    .command('secret')
    .description('The secret with which a tenant verifies our signatures (Standard Webhooks)')
    .option('--tenant <name or id>', 'whose (default: the first tenant)')
    .option('--test', 'the one that signs the tasks of test keys')
    .option('--json', 'print JSON')
    .action(({ json, tenant, test }: { tenant?: string; test?: boolean } & Json) =>
      withCalls(async (call) => {
        const found = await call('webhook.secret', { mode: test ? 'test' : 'live', ...given({ tenant }) })
        print(json, found, [found.secret])
      }),
    )
  return command
}
