import { Command, InvalidArgumentError } from 'commander'
import { urlOf } from '../compose/address.ts'
import { webhookRendererFor } from '../compose/webhooks.ts'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { ZERO_POINTS } from '../core/points.ts'
import { STATUSES, type Status, type Task } from '../core/task.ts'
import { type Urls, urlsAt } from '../dialects/kit/urls.ts'
import { openMoves } from '../tasks/moves.ts'
import { print, table, time, usd } from './print.ts'
import { findTenant, withStore } from './with-store.ts'

export function taskCommand(): Command {
  const command = new Command('task').description('List, show and cancel tasks')
  command
    .command('list')
    .description('The newest tasks of a tenant')
    .option('--tenant <name or id>', 'whose (default: the first tenant)')
    .option('--status <status>', STATUSES.join(', '), status)
    .option('--limit <n>', 'how many', whole, 20)
    .option('--json', 'print JSON')
    .action(async (options: { tenant?: string; status?: Status; limit: number; json?: boolean }) => {
      await withStore(async (store) => {
        const tenant = await findTenant(store, options.tenant)
        const tasks = await store.listTasks({
          tenantId: tenant.id,
          limit: options.limit,
          ...(options.status === undefined ? {} : { status: [options.status] }),
        })
        const rows = tasks.map((task) => [
          task.id,
          task.operation,
          task.status,
          `${task.progress}%`,
          task.provider ?? '-',
          usd(task.status === 'completed' ? task.consumedPoints : task.pricePoints),
          time(task.createdAt),
        ])
        print(options.json, tasks, table(['id', 'operation', 'status', 'done', 'provider', 'price', 'made'], rows))
      })
    })
  command
    .command('show')
    .description('One task, with everything that is known of it')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withStore(async (store, config) => {
        const task = await store.getTask({ id })
        if (!task) throw new PolyphonyError('task_not_found', `No task ${id}.`)
        const deliveries = await store.listDeliveries({ tenantId: null, taskId: id, limit: 50 })
        const urls = urlsAt(() => config.publicUrl ?? urlOf(config.host, config.port))
        print(options.json, { ...task, deliveries }, linesOf(task, urls))
      })
    })
  command
    .command('cancel')
    .description('Cancel a task that waits; its hold is released at once')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withStore(async (store, config) => {
        const task = await store.getTask({ id })
        if (!task) throw new PolyphonyError('task_not_found', `No task ${id}.`)
        const moves = openMoves({ store, webhooksFor: webhookRendererFor(config), clock: systemClock })
        const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: ['cancelled by the operator'] }
        const from = ['staged', 'pending'] as const
        const cancelled = await moves.move(
          task,
          { kind: 'ended', to: 'cancelled', from, ...end },
          { fromAnyClaim: true },
        )
        if (!cancelled)
          throw new PolyphonyError(
            'not_cancellable',
            `Task ${id} is ${task.status}; only a waiting task can be cancelled.`,
          )
        print(options.json, cancelled, [`Task ${id} is cancelled; ${usd(task.pricePoints)} released.`])
      })
    })
  return command
}

function linesOf(task: Task, urls: Urls): string[] {
  const facts: [string, string][] = [
    ['task', task.id],
    ['operation', `${task.operation} (requested in ${task.dialect} as ${task.model} ${task.taskType})`],
    ['status', `${task.status}, ${task.progress}%`],
    ['provider', `${task.provider ?? '-'} (account ${task.account ?? '-'}, attempt ${task.attempts})`],
    ['price', `${usd(task.pricePoints)} held, ${usd(task.consumedPoints)} consumed`],
    ['times', `made ${time(task.createdAt)}, begun ${time(task.startedAt)}, ended ${time(task.endedAt)}`],
    ['request', task.requestId ?? '-'],
    ['error', task.error ? `${task.error.code}: ${task.error.message}` : '-'],
  ]
  const wide = Math.max(...facts.map(([name]) => name.length))
  return [
    ...facts.map(([name, value]) => `${name.padEnd(wide)}  ${value}`),
    ...task.logs.map((log) => `${'log'.padEnd(wide)}  ${log}`),
    `${'input'.padEnd(wide)}  ${JSON.stringify(task.input)}`,
    `${'output'.padEnd(wide)}  ${JSON.stringify(urls.expand(task.output))}`,
  ]
}

function status(text: string): Status {
  const found = STATUSES.find((one) => one === text)
  if (!found) throw new InvalidArgumentError(`It must be one of ${STATUSES.join(', ')}.`)
  return found
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1_000)
    throw new InvalidArgumentError('It must be from 1 to 1000.')
  return value
}
