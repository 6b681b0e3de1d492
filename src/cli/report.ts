import { Command, Option } from 'commander'
import { MARGIN_KEYS } from '../store/store.ts'
import { print, table } from './print.ts'
import { dollars, withPriceAdmin } from './rates.ts'

export function reportCommand(): Command {
  const command = new Command('report').description('Report on the business of the gateway')
  command
    .command('margin')
    .description('What ended tasks of live keys earned and cost, as far as their records are kept')
    .addOption(new Option('--by <key>', 'a row for each').choices([...MARGIN_KEYS]).default('operation'))
    .option('--from <date>', 'a date or a time (default: 30 days before --to)')
    .option('--to <date>', 'a date or a time, which is not included (default: now)')
    .option('--json', 'print JSON')
    .action(({ json, ...query }: { json?: boolean; by: string; from?: string; to?: string }) =>
      withPriceAdmin(async (prices) => {
        const { from, to, by, rows, total } = await prices.margins(query)
        const lines = [...rows, { key: 'total', ...total }].map((row) => [
          String(row.key ?? '-'),
          String(row.tasks),
          dollars(row.revenue.usd),
          dollars(row.cost.usd),
          dollars(row.margin.usd),
          String(row.unknown_cost),
        ])
        print(json, { from, to, by, rows, total }, [
          `${from.slice(0, 16)} to ${to.slice(0, 16)} UTC`,
          ...table([by, 'tasks', 'revenue', 'cost', 'margin', 'unknown cost'], lines),
          ...(total.unknown_cost === 0
            ? []
            : ['', `The cost of ${total.unknown_cost} tasks is unknown; set it with "polyphony cost set".`]),
        ])
      }),
    )
  return command
}
