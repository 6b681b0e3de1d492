import { Command } from 'commander'
import { withCalls } from './call.ts'
import { given, type Json, type Page, paged, readWhole } from './options.ts'
import type { RoleName } from './person.ts'
import { print, table, time } from './print.ts'

interface Creation extends Json {
  role: RoleName // the verb checks it
  tenant?: string
  email?: string
  days?: number
}

export function invitationCommand(): Command {
  const command = new Command('invitation').description('Invite people to a tenant by a link')
  command
    .command('create')
    .description('Make a link by which someone joins a tenant; it is shown this once')
    .requiredOption('--role <role>', 'owner, member or viewer')
    .option('--tenant <name or id>', 'default: the first tenant')
    .option('--email <address>', 'who alone may accept it')
    .option('--days <n>', 'how long it can be accepted (default: 7)', readWhole)
    .option('--json', 'print JSON')
    .action(({ json, role, ...options }: Creation) =>
      withCalls(async (call) => {
        const made = await call('invitation.create', { role, ...given(options) })
        print(json, made, [made.link, `It can be accepted until ${time(made.expires_at)}, and is shown this once.`])
      }),
    )
  paged(
    command
      .command('list')
      .description('Invitations, without their links')
      .option('--tenant <name or id>', 'only to this tenant'),
  ).action(({ json, ...options }: { tenant?: string } & Page) =>
    withCalls(async (call) => {
      const page = await call('invitation.list', given(options))
      const rows = page.items.map((one) => [
        one.id,
        one.tenant,
        one.role,
        one.email ?? '-',
        one.invited_by,
        time(one.expires_at),
        time(one.accepted_at),
        time(one.revoked_at),
      ])
      print(json, page, table(['id', 'tenant', 'role', 'e-mail', 'by', 'expires', 'accepted', 'revoked'], rows))
    }),
  )
  command
    .command('revoke')
    .description('Make the link of an invitation useless')
    .argument('<id>', 'from "invitation list"')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const revoked = await call('invitation.revoke', { id })
        print(json, revoked, [`Invitation ${revoked.id} is revoked.`])
      }),
    )
  return command
}
