import { Command } from 'commander'
import { systemClock } from '../core/clock.ts'
import { print, table, usd } from './print.ts'
import { withStore } from './with-store.ts'

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description('Prove that money is right: exit code 0 and no rows, or 1 and what does not add up')
    .option('--rebuild', 'first rebuild cached balances and counts from the ledger')
    .option('--json', 'print JSON')
    .action(async (options: { rebuild?: boolean; json?: boolean }) => {
      await withStore(async (store) => {
        if (options.rebuild) await store.rebuildBalances({ now: systemClock.now() })
        const [faults, summary] = [await store.reconcile({}), await store.summary({})]
        const accounts = Object.entries(summary.points).map(([account, points]) => [
          account,
          String(points),
          usd(points),
        ])
        const tasks = Object.entries(summary.tasks).map(([status, count]) => `${count} ${status}`)
        print(options.json, { clean: faults.length === 0, faults, ...summary }, [
          ...table(['account', 'points', 'USD'], accounts),
          '',
          `${summary.transactions} transactions; tasks: ${tasks.join(', ') || 'none'}.`,
          ...(faults.length === 0
            ? ['Clean: every transaction balances, no ended task holds, cached balances equal their sums.']
            : table(
                ['rule', 'subject', 'found'],
                faults.map((fault) => [fault.rule, fault.subject, fault.found]),
              )),
        ])
        if (faults.length > 0) process.exitCode = 1
      })
    })
}
