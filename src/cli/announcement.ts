import { Command } from 'commander'
import type { InputOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, type Page, paged } from './options.ts'
import { print, table, time } from './print.ts'

interface Creation extends Json {
  tone?: InputOf<'announcement.create'>['tone'] // the verb checks it
  tenant?: string
  from?: string
  until?: string
}

export function announcementCommand(): Command {
  const command = new Command('announcement').description('What the pages of tenants announce')
  command
    .command('create')
    .description('Announce something to all tenants, or to one')
    .argument('<text>')
    .option('--tone <tone>', 'info or warning (default: info)')
    .option('--tenant <name or id>', 'only for this tenant')
    .option('--from <time>', 'an RFC 3339 time (default: now)')
    .option('--until <time>', 'likewise (default: until it is removed)')
    .option('--json', 'print JSON')
    .action((text: string, { json, tone, tenant, from, until }: Creation) =>
      withCalls(async (call) => {
        const input = given({ tone, tenant, begins_at: from, ends_at: until })
        const made = await call('announcement.create', { text, ...input })
        print(json, made, [`Announced as ${made.id}, from ${time(made.begins_at)} until ${time(made.ends_at)}.`])
      }),
    )
  paged(command.command('list').description('Also those that are over or to come')).action(
    ({ json, ...options }: Page) =>
      withCalls(async (call) => {
        const page = await call('announcement.list', given(options))
        const rows = page.items.map((one) => [
          one.id,
          one.tone,
          one.tenant ?? 'all',
          time(one.begins_at),
          time(one.ends_at),
          one.text,
        ])
        print(json, page, table(['id', 'tone', 'tenant', 'from', 'until', 'text'], rows))
      }),
  )
  command
    .command('remove')
    .description('Remove an announcement')
    .argument('<id>', 'from "announcement list"')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const removed = await call('announcement.remove', { id })
        print(json, removed, [`Announcement ${removed.id} is removed.`])
      }),
    )
  return command
}
