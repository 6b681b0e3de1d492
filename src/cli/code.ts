import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Json, type Page, paged, readNumber, readWhole } from './options.ts'
import { points, print, table, time } from './print.ts'

interface Creation extends Json {
  count?: number
  days?: number
  tenant?: string
  note?: string
}

export function codeCommand(): Command {
  const command = new Command('code').description('Top-up codes, each of which becomes credit once')
  command
    .command('create')
    .description('Make codes, and print them: they are shown this once')
    .argument('<usd>', 'the credit that each becomes, in USD', readNumber)
    .option('--count <n>', 'how many (default: one)', readWhole)
    .option('--days <n>', 'how long they hold (default: for good)', readWhole)
    .option('--tenant <name or id>', 'who alone may redeem them (default: any)')
    .option('--note <text>', 'for the operator alone')
    .option('--json', 'print JSON')
    .action((usd: number, { json, ...options }: Creation) =>
      withCalls(async (call) => {
        const made = await call('code.create', { amount_usd: usd, ...given(options) })
        print(
          json,
          made,
          made.items.map(({ code }) => code),
        )
      }),
    )
  paged(command.command('list').description('Codes without their texts, the newest first')).action(
    ({ json, ...options }: Page) =>
      withCalls(async (call) => {
        const page = await call('code.list', given(options))
        const rows = page.items.map((code) => [
          code.id,
          `${code.prefix}…`,
          points(code.amount_points),
          code.state,
          code.tenant ?? 'any',
          code.redeemed_for ?? '-',
          time(code.expires_at),
          code.note ?? '-',
        ])
        print(json, page, table(['id', 'code', 'credit', 'state', 'tenant', 'redeemed for', 'expires', 'note'], rows))
      }),
  )
  command
    .command('revoke')
    .description('Take back a code that was not used')
    .argument('<id>', 'from "code list"')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const revoked = await call('code.revoke', { id })
        print(json, revoked, [`Code ${revoked.id} is revoked.`])
      }),
    )
  return command
}
