import { Command } from 'commander'
import { addRateCommands } from './rates.ts'

export function costCommand(): Command {
  const command = new Command('cost').description(
    'Set what vendors take for tasks, where they do not say it themselves',
  )
  addRateCommands(command, {
    noun: 'cost',
    admin: (prices) => prices.costs,
    withScope: (one) =>
      one
        .option('--provider <id>', 'at this provider, from "account providers"')
        .option('--account <id>', 'on this account'),
    scopeColumns: ['provider', 'account'],
  })
  return command
}
