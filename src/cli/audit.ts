import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Json, paged } from './options.ts'
import { print, table, time } from './print.ts'

interface Options extends Json {
  tenant?: string
  verb?: string
  actor?: string
  subject?: string
  from?: string
  to?: string
  limit?: number
  cursor?: string
}

export function auditCommand(): Command {
  const command = new Command('audit').description('Who changed what')
  paged(
    command
      .command('list')
      .description('Changes by administrators, the newest first')
      .option('--tenant <name or id>', 'only of this tenant')
      .option('--verb <verb>', 'such as key.revoke')
      .option('--actor <id>', 'the id of a key, or "command line"')
      .option('--subject <id>', 'the id of what was changed')
      .option('--from <time>', 'an RFC 3339 time or a UTC day')
      .option('--to <time>', 'likewise; times before it'),
  ).action(({ json, ...options }: Options) =>
    withCalls(async (call) => {
      const page = await call('audit.list', given(options))
      const rows = page.items.map((entry) => [
        time(entry.at),
        entry.actor,
        entry.address ?? '-',
        entry.verb,
        entry.subject ?? '-',
        changesOf(entry.before, entry.after),
      ])
      print(json, page, table(['at', 'actor', 'address', 'verb', 'subject', 'change'], rows))
    }),
  )
  return command
}

/** The fields that differ. */
function changesOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null): string {
  if (!before || !after) return '-'
  const names = Object.keys({ ...before, ...after })
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return changed.map((name) => `${name}: ${textOf(before[name])} -> ${textOf(after[name])}`).join(', ') || '-'
}

function textOf(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value)
}
