import { Command } from 'commander'
import { withCalls } from './call.ts'
import type { Json } from './options.ts'
import { points, print } from './print.ts'

const GB = 1e9

export function healthCommand(): Command {
  return new Command('health')
    .description('How the gateway is: process, database, storage, queue, errors and webhooks')
    .option('--json', 'print JSON')
    .action(({ json }: Json) =>
      withCalls(async (call) => {
        const health = await call('health.read', {})
        const { process: running, database, storage, queue, last_day: day, ledger } = health
        print(json, health, [
          running
            ? `Version ${running.version}, up for ${running.uptime_seconds} s, lag ${running.lag_ms} ms, ${running.tasks_in_hand} tasks in hand`
            : 'No server was asked',
          `Database: ${database.engine}, answers in ${database.answer_ms} ms`,
          ...storage.disks.map(
            ({ folder, free_bytes: free, size_bytes: size }) =>
              `Disk of ${folder}: ${(free / GB).toFixed(1)} of ${(size / GB).toFixed(1)} GB are free`,
          ),
          ...(storage.problem === null ? [] : [`Storage: ${storage.problem}`]),
          `Tasks: ${queue.pending} waiting, ${queue.running} running, ${queue.staged} parked`,
          `Last 24 hours: ${day.completed} completed, ${day.failed} failed, ${day.calls} calls, ${points(day.consumed_points)} earned`,
          ...(ledger.balance_faults > 0 ? [`Balances that cannot be right: ${ledger.balance_faults}`] : []),
          ...health.paused_receivers.map(({ host, tenant }) => `Webhooks to ${host} (${tenant}) are paused`),
          ...health.troubles.map((trouble) => `Trouble: ${trouble}`),
        ])
      }),
    )
}
