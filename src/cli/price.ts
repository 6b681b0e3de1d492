import { Command } from 'commander'
import type { JsonObject } from '../core/json.ts'
import { PRICE_COLUMNS, readFile as readRuleFile } from '../prices/rule-files.ts'
import { print, table } from './print.ts'
import { addRateCommands, dollars, fileIn, withPriceAdmin } from './rates.ts'

export function priceCommand(): Command {
  const command = new Command('price').description('Set what tasks cost your tenants, at run time and with history')
  addRateCommands(command, {
    noun: 'price',
    admin: (prices) => prices.prices,
    withScope: (one) =>
      one
        .option('--tenant <name or id>', 'for this tenant (default: for everyone)')
        .option('--group <name>', 'for the tenants of this group'),
    scopeColumns: ['tenant', 'group'],
  })
  command.addCommand(previewCommand())
  command.addCommand(groupCommand())
  return command
}

function previewCommand(): Command {
  return new Command('preview')
    .description('Show what typical calls cost by the list, now and, with a file, as proposed')
    .argument('[of]', 'an operation, a model or "*"', '*')
    .option('--tenant <name or id>', 'for this tenant (default: for everyone)')
    .option('--file <file>', 'prices that would be added, CSV or JSON; - reads the standard input')
    .option('--json', 'print JSON')
    .action((of: string, options: { tenant?: string; file?: string; json?: boolean }) =>
      withPriceAdmin(async (prices) => {
        const tenant = options.tenant === undefined ? {} : { tenant: options.tenant }
        const rules = options.file === undefined ? {} : { rules: await rulesIn(options.file) }
        const calls = await prices.preview({ of, ...tenant, ...rules })
        const rows = calls.map((call) => [
          call.operation,
          call.call,
          dollars(call.list.usd),
          dollars(call.now.usd),
          ...(call.proposed ? [dollars(call.proposed.usd)] : []),
        ])
        const header = ['operation', 'call', 'list', 'now', ...(options.file === undefined ? [] : ['proposed'])]
        print(options.json, calls, table(header, rows))
      }),
    )
}

async function rulesIn(file: string): Promise<JsonObject[]> {
  const { format, text } = await fileIn(file)
  return readRuleFile(text, format, PRICE_COLUMNS).map(({ body }) => body)
}

function groupCommand(): Command {
  return new Command('group')
    .description('Put a tenant into a group of prices, or out of it')
    .argument('<tenant>', 'the name or id of a tenant')
    .argument('[group]', 'the group (default: none)')
    .option('--json', 'print JSON')
    .action((tenant: string, group: string | undefined, options: { json?: boolean }) =>
      withPriceAdmin(async (prices) => {
        const set = await prices.setGroup({ tenant, group: group ?? null })
        print(options.json, set, [`${tenant} is in ${set.group === null ? 'no group' : `the group ${set.group}`}.`])
      }),
    )
}
