import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, type Search, searched } from './options.ts'
import { print, table, time } from './print.ts'

type Person = AnswerOf<'person.show'>
export type RoleName = 'owner' | 'member' | 'viewer'

interface Creation extends Json {
  email: string
  name: string
  operator?: boolean
  tenant?: string
  role?: RoleName // the verb checks it
}

interface Change extends Json {
  operator?: string
  blocked?: string
  name?: string
}

export function personCommand(): Command {
  const command = new Command('person').description('People who sign in to the workspace: list, make, block, remove')
  searched(command.command('list').description('People who have signed up'), 'name or address').action(
    ({ json, search, limit, cursor }: Search) =>
      withCalls(async (call) => {
        const page = await call('person.list', given({ search, limit, cursor }))
        print(json, page, listing(page.items))
      }),
  )
  command
    .command('show')
    .description('One person, with the tenants that they belong to')
    .argument('<id or e-mail>')
    .option('--json', 'print JSON')
    .action((person: string, { json }: Json) =>
      withCalls(async (call) => {
        const shown = await call('person.show', { person })
        print(json, shown, listing([shown]))
      }),
    )
  command
    .command('create')
    .description('Make a person, and print the link by which they set a password')
    .requiredOption('--email <address>')
    .requiredOption('--name <name>')
    .option('--operator', 'may do everything')
    .option('--tenant <name or id>', 'of which they become a member (default: the first tenant)')
    .option('--role <role>', 'owner, member or viewer (default: member; for an operator: owner)')
    .option('--json', 'print JSON')
    .action(({ json, email, name, operator, tenant, role }: Creation) =>
      withCalls(async (call) => {
        const made = await call('person.create', { email, name, ...given({ operator, tenant, role }) })
        print(json, made, [`${made.email} sets a password until ${time(made.expires_at)} by:`, made.link])
      }),
    )
  command
    .command('set')
    .description('Make a person operator or not, block or unblock them')
    .argument('<id or e-mail>')
    .option('--operator <yes or no>', 'whether they may do everything')
    .option('--blocked <yes or no>', 'whether they are kept out')
    .option('--name <name>', 'another name')
    .option('--json', 'print JSON')
    .action((person: string, { json, operator, blocked, name }: Change) =>
      withCalls(async (call) => {
        const set = given({ operator: isYes(operator), blocked: isYes(blocked), name })
        const changed = await call('person.change', { person, ...set })
        print(json, changed, listing([changed]))
      }),
    )
  command
    .command('reset')
    .description('Print a link by which a person sets another password; it works once')
    .argument('<id or e-mail>')
    .option('--json', 'print JSON')
    .action((person: string, { json }: Json) =>
      withCalls(async (call) => {
        const made = await call('person.reset', { person })
        print(json, made, [made.link])
      }),
    )
  command
    .command('sessions')
    .description('Where a person is signed in')
    .argument('<id or e-mail>')
    .option('--json', 'print JSON')
    .action((person: string, { json }: Json) =>
      withCalls(async (call) => {
        const found = await call('person.sessions', { person })
        const rows = found.items.map((one) => [
          one.id,
          time(one.created_at),
          time(one.expires_at),
          one.address ?? '-',
          one.user_agent ?? '-',
        ])
        print(json, found, table(['id', 'since', 'until', 'address', 'browser'], rows))
      }),
    )
  command
    .command('sign-out')
    .description('End all sessions of a person, or one of them')
    .argument('<id or e-mail>')
    .option('--session <id>', 'only this one')
    .option('--json', 'print JSON')
    .action((person: string, { json, session }: { session?: string } & Json) =>
      withCalls(async (call) => {
        const done = await call('person.sign-out', { person, ...given({ session }) })
        print(json, done, [`${done.ended} sessions are over.`])
      }),
    )
  command
    .command('remove')
    .description('Remove a person; their tasks stay')
    .argument('<id or e-mail>')
    .option('--json', 'print JSON')
    .action((person: string, { json }: Json) =>
      withCalls(async (call) => {
        const removed = await call('person.remove', { person })
        print(json, removed, [`Person ${removed.id} is removed.`])
      }),
    )
  return command
}

function isYes(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'yes'
}

function listing(people: Person[]): string[] {
  return table(
    ['id', 'e-mail', 'name', 'operator', 'two factors', 'blocked', 'since', 'tenants'],
    people.map((person) => [
      person.id,
      person.email,
      person.name,
      person.operator ? 'yes' : 'no',
      person.two_factor ? 'yes' : 'no',
      time(person.blocked_at),
      time(person.created_at),
      person.tenants.map(({ name, role }) => `${name} (${role})`).join(', ') || '-',
    ]),
  )
}
