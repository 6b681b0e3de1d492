import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, type Page, paged } from './options.ts'
import type { RoleName } from './person.ts'
import { print, table, time } from './print.ts'

type Member = AnswerOf<'member.change'>

interface Options extends Json {
  tenant: string
  role: RoleName // the verb checks it
}

export function memberCommand(): Command {
  const command = new Command('member').description('Which people belong to a tenant, and what they may do there')
  paged(
    command
      .command('list')
      .description('Members of a tenant, with their roles')
      .option('--tenant <name or id>', 'default: the first tenant'),
  ).action(({ json, ...options }: { tenant?: string } & Page) =>
    withCalls(async (call) => {
      const page = await call('member.list', given(options))
      print(json, page, listing(page.items))
    }),
  )
  command
    .command('add')
    .description('Make a person a member of a tenant')
    .argument('<id or e-mail>')
    .requiredOption('--tenant <name or id>')
    .requiredOption('--role <role>', 'owner, member or viewer')
    .option('--json', 'print JSON')
    .action((person: string, { json, tenant, role }: Options) =>
      withCalls(async (call) => {
        const member = await call('member.add', { person, tenant, role })
        print(json, member, listing([member]))
      }),
    )
  command
    .command('set')
    .description('Change the role of a member')
    .argument('<id of the person>')
    .requiredOption('--tenant <name or id>')
    .requiredOption('--role <role>', 'owner, member or viewer')
    .option('--json', 'print JSON')
    .action((id: string, { json, tenant, role }: Options) =>
      withCalls(async (call) => {
        const member = await call('member.change', { id, tenant, role })
        print(json, member, listing([member]))
      }),
    )
  command
    .command('remove')
    .description('Take a person out of a tenant')
    .argument('<id of the person>')
    .requiredOption('--tenant <name or id>')
    .option('--json', 'print JSON')
    .action((id: string, { json, tenant }: Options) =>
      withCalls(async (call) => {
        const removed = await call('member.remove', { id, tenant })
        print(json, removed, [`Person ${removed.id} is no member of ${tenant} any more.`])
      }),
    )
  return command
}

function listing(members: Member[]): string[] {
  return table(
    ['person', 'e-mail', 'name', 'role', 'operator', 'since'],
    members.map(({ id, email, name, role, operator, joined_at }) => {
      return [id, email, name, role, operator ? 'yes' : 'no', time(joined_at)]
    }),
  )
}
