import { randomUUID } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { usdToPoints } from '../core/points.ts'
import { print, usd } from './print.ts'
import { findTenant, withStore } from './with-store.ts'

export function creditCommand(): Command {
  return new Command('credit')
    .description('Book credit for a tenant (a negative amount takes it back)')
    .argument('<usd>', 'amount in USD', amount)
    .option('--tenant <name or id>', 'for whom (default: the first tenant)')
    .option('--memo <text>', 'the text of the ledger entry', 'credit')
    .option('--id <id>', 'books at most once under this id, however often it is called')
    .option('--json', 'print JSON')
    .action(async (value: number, options: { tenant?: string; memo: string; id?: string; json?: boolean }) => {
      await withStore(async (store) => {
        const tenant = await findTenant(store, options.tenant)
        const id = `credit:${options.id ?? randomUUID()}`
        const amountPoints = usdToPoints(value)
        const booked = await store.credit({
          id,
          tenantId: tenant.id,
          amount: amountPoints,
          memo: options.memo,
          now: systemClock.now(),
        })
        const balance = await store.getBalance({ tenantId: tenant.id })
        if (!balance) throw new PolyphonyError('internal', `Tenant ${tenant.id} has no balance.`)
        if (!booked && options.id === undefined) {
          throw new PolyphonyError('insufficient_points', `${tenant.name} has only ${usd(balance.available)}.`)
        }
        print(options.json, { id, tenant: tenant.id, booked, amountPoints, balance }, [
          booked
            ? `Booked ${usd(amountPoints)} for ${tenant.name}: ${usd(balance.available)} available, ${usd(balance.held)} held.`
            : `Nothing booked: ${id} was booked before, or it would make a debt. ${usd(balance.available)} available.`,
        ])
      })
    })
}

/** Beyond it points are no longer whole numbers. */
const MOST_USD = 100_000_000

function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value === 0) {
    throw new InvalidArgumentError('It must be an amount in USD, such as 25 or 0.50.')
  }
  if (Math.abs(value) > MOST_USD) throw new InvalidArgumentError(`It must be at most ${MOST_USD} USD.`)
  if (usdToPoints(Math.abs(value)) === 0) throw new InvalidArgumentError('It must be at least 0.0000001 USD.')
  return value
}
