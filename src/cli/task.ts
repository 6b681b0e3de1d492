import { Command } from 'commander'
import type { AnswerOf, InputOf } from '../admin/verbs.ts'
import { withCalls } from './call.ts'
import { given, type Json, paged, readList } from './options.ts'
import { points, print, table, time } from './print.ts'

interface ListOptions extends Json {
  tenant?: string
  status?: string[]
  operation?: string
  keyId?: string
  mode?: string
  from?: string
  to?: string
  limit: number
  cursor?: string
}

export function taskCommand(): Command {
  const command = new Command('task').description('List, show and cancel tasks')
  paged(
    command
      .command('list')
      .description('The newest tasks of all tenants')
      .option('--tenant <name or id>', 'only of this tenant')
      .option('--status <list>', 'such as pending,processing', readList)
      .option('--operation <id>', 'such as suno/music')
      .option('--key-id <id>', 'only of this key')
      .option('--mode <mode>', 'live or test')
      .option('--from <time>', 'an RFC 3339 time or a UTC day')
      .option('--to <time>', 'likewise; times before it'),
    { limit: 20 },
  ).action(({ json, keyId, ...options }: ListOptions) =>
    withCalls(async (call) => {
      const input = given({ ...options, key: keyId }) as InputOf<'task.list'> // the verb checks it
      const page = await call('task.list', input)
      const rows = page.items.map((task) => [
        task.id,
        task.operation,
        task.status,
        `${task.progress}%`,
        task.provider ?? '-',
        points(task.status === 'completed' ? task.consumed_points : task.price_points),
        time(task.created_at),
      ])
      print(json, page, table(['id', 'operation', 'status', 'done', 'provider', 'price', 'created'], rows))
    }),
  )
  command
    .command('show')
    .description('One task, with everything that is known of it and the URLs of its files')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const task = await call('task.show', { id })
        print(json, task, linesOf(task))
      }),
    )
  command
    .command('cancel')
    .description('Cancel a task that waits; its hold is released at once')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Json) =>
      withCalls(async (call) => {
        const task = await call('task.cancel', { id })
        print(json, task, [`Task ${id} is cancelled; ${points(task.price_points)} released.`])
      }),
    )
  return command
}

function linesOf(task: AnswerOf<'task.show'>): string[] {
  const facts: [string, string][] = [
    ['task', task.id],
    ['operation', `${task.operation} (requested in ${task.dialect} as ${task.model} ${task.task_type})`],
    ['status', `${task.status}, ${task.progress}%`],
    ['provider', `${task.provider ?? '-'} (account ${task.account ?? '-'}, attempt ${task.attempts})`],
    ['price', `${points(task.price_points)} held, ${points(task.consumed_points)} consumed`],
    ['times', `created ${time(task.created_at)}, begun ${time(task.started_at)}, ended ${time(task.ended_at)}`],
    ['request', task.request_id ?? '-'],
    ['error', task.error ? `${task.error.code}: ${task.error.message}` : '-'],
    ...task.files.map((url): [string, string] => ['file', url]),
    ...task.logs.map((log): [string, string] => ['log', log]),
    ['input', JSON.stringify(task.input)],
    ['output', JSON.stringify(task.output)],
  ]
  const wide = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(wide)}  ${value}`)
}
