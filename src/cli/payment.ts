import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Page, paged } from './options.ts'
import { points, print, table, time } from './print.ts'

export function paymentCommand(): Command {
  const command = new Command('payment').description('Payments by which tenants buy credit')
  paged(
    command
      .command('list')
      .description('Payments, the newest first')
      .option('--tenant <name or id>', 'only of this tenant'),
  ).action(({ json, ...options }: { tenant?: string } & Page) =>
    withCalls(async (call) => {
      const page = await call('payment.list', given(options))
      const rows = page.items.map((one) => [
        one.id,
        one.tenant,
        points(one.amount_points),
        one.status,
        one.external_id ?? '-',
        time(one.created_at),
        time(one.ended_at),
      ])
      print(json, page, table(['id', 'tenant', 'credit', 'status', 'at the provider', 'begun', 'ended'], rows))
    }),
  )
  return command
}
