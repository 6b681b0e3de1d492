import { Command } from 'commander'
import { withCalls } from './call.ts'
import type { Json } from './options.ts'
import { points, print, table } from './print.ts'

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description('Prove that money is right: exit code 0 and no rows, or 1 and what does not add up')
    .option('--rebuild', 'first rebuild cached balances and counts from the ledger')
    .option('--json', 'print JSON')
    .action(({ json, rebuild }: { rebuild?: boolean } & Json) =>
      withCalls(async (call) => {
        const proof = await call(rebuild ? 'reconcile.rebuild' : 'reconcile.check', {})
        const { faults, transactions } = proof
        const accounts = Object.entries(proof.points).map(([account, sum]) => [account, String(sum), points(sum)])
        const tasks = Object.entries(proof.tasks).map(([status, count]) => `${count} ${status}`)
        print(json, proof, [
          ...table(['account', 'points', 'USD'], accounts),
          '',
          `${transactions} transactions; tasks: ${tasks.join(', ') || 'none'}.`,
          ...(proof.clean
            ? ['Clean: every transaction balances, no ended task holds, cached balances equal their sums.']
            : table(
                ['rule', 'subject', 'found'],
                faults.map((fault) => [fault.rule, fault.subject, fault.found]),
              )),
        ])
        if (!proof.clean) process.exitCode = 1
      }),
    )
}
