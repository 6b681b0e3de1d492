import { Command, InvalidArgumentError } from 'commander'
import { MOST_USD } from '../admin/credit.ts'
import { usdToPoints } from '../core/points.ts'
import { withCalls } from './call.ts'
import { given, type Json } from './options.ts'
import { points, print } from './print.ts'

export function creditCommand(): Command {
  return new Command('credit')
    .description('Book credit for a tenant (a negative amount takes it back)')
    .argument('<usd>', 'amount in USD', amount)
    .option('--tenant <name or id>', 'for whom (default: the first tenant)')
    .option('--memo <text>', 'the text of the ledger entry', 'credit')
    .option('--id <id>', 'books at most once under this id, however often it is called')
    .option('--json', 'print JSON')
    .action((value: number, { json, tenant, memo, id }: { tenant?: string; memo: string; id?: string } & Json) =>
      withCalls(async (call) => {
        const done = await call('credit.book', { amount_usd: value, memo, ...given({ tenant, id }) })
        const available = points(done.available_points)
        print(json, done, [
          done.booked
            ? `Booked ${points(done.amount_points)} for ${tenant ?? 'the first tenant'}: ${available} available, ${points(done.held_points)} held.`
            : `Nothing booked: ${done.id} was booked before, or it would make a debt. ${available} available.`,
        ])
      }),
    )
}

function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value === 0) {
    throw new InvalidArgumentError('It must be an amount in USD, such as 25 or 0.50.')
  }
  if (Math.abs(value) > MOST_USD) throw new InvalidArgumentError(`It must be at most ${MOST_USD} USD.`)
  if (usdToPoints(Math.abs(value)) === 0) throw new InvalidArgumentError('It must be at least 0.0000001 USD.')
  return value
}
