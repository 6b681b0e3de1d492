import { Command } from 'commander'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { print, table, time } from './print.ts'
import { findTenant, withStore } from './with-store.ts'

const SECRET = { usesSecret: true }

export function webhookCommand(): Command {
  const command = new Command('webhook').description(
    'See deliveries and their attempts, send one again, show the signing secret',
  )
  command
    .command('list')
    .option('--task <id>', 'only of this task')
    .option('--limit <n>', 'how many', Number, 20)
    .option('--json', 'print JSON')
    .action(async (options: { task?: string; limit: number; json?: boolean }) => {
      await withStore(async (store) => {
        const deliveries = await store.listDeliveries({
          tenantId: null,
          limit: options.limit,
          ...(options.task === undefined ? {} : { taskId: options.task }),
        })
        const rows = deliveries.map(({ id, taskId, url, status, attempts, log, dueAt }) => {
          const last = log.at(-1)
          const answer = last ? String(last.httpStatus ?? last.error) : '-'
          return [id, taskId, status, String(attempts), answer, status === 'pending' ? time(dueAt) : '-', url]
        })
        print(options.json, deliveries, table(['id', 'task', 'status', 'tries', 'last answer', 'next', 'url'], rows))
      })
    })
  command
    .command('replay')
    .description('Send a delivery again, with the same id and body')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withStore(async (store) => {
        const found = await store.replayDelivery({ id, tenantId: null, now: systemClock.now() })
        if (!found) throw new PolyphonyError('not_found', `No delivery ${id}.`)
        print(options.json, { id, replayed: true }, [`Delivery ${id} is due now; a running server sends it.`])
      })
    })
  command
    .command('secret')
    .description('The secret with which a tenant verifies our signatures (Standard Webhooks)')
    .option('--tenant <name or id>', 'whose (default: the first tenant)')
    .option('--test', 'the one that signs the tasks of test keys')
    .option('--json', 'print JSON')
    .action(async (options: { tenant?: string; test?: boolean; json?: boolean }) => {
      await withStore(async (store, config) => {
        const tenant = await findTenant(store, options.tenant)
        const mode = options.test ? 'test' : 'live'
        const secret = signingSecret(config.secret, tenant.id, tenant.webhookSecretVersion, mode)
        print(options.json, { tenant: tenant.id, mode, secret }, [secret])
      }, SECRET)
    })
  return command
}
