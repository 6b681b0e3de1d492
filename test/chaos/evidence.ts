import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { LIVE_KEY, type Submission, TEST_KEY } from './load.ts'
import type { Hooked } from './receiver.ts'
import { fileOf, type Order } from './vendor/order.ts'
import type { Breach, World } from './world.ts'

/** A task as Polyphony's own protocol shows it. */
export interface ReadTask {
  id: string
  operation: string
  status: string
  input: unknown
  output: unknown
  error: { code: string; message: string } | null
  price_points: number
  consumed_points: number
  logs: string[]
  created_at: number
  ended_at: number | null
}

/** What `polyphony reconcile --json` says. */
export interface Books {
  clean: boolean
  faults: { rule: string; subject: string; found: string }[]
  points: Record<string, number>
}

/** Everything that can be seen from outside once a run is over. */
export interface Evidence {
  submissions: Submission[]
  /** Tasks by id, read when the run was over, and once more at the end. */
  tasks: Map<string, ReadTask>
  again: Map<string, ReadTask>
  hooked: Hooked[]
  /** Those that sign the webhooks of live and of test tasks. */
  secrets: { live: string; test: string }
  orders: Order[]
  books: Books
  /** Output files that could not be fetched as the vendor made them, with what was wrong. */
  badFiles: string[]
  downloads: number
  /** Files in the store that no task names. */
  orphans: number
  exits: string[]
  stops: { ms: number; code: number | null }[]
  kills: number
  availability: World['availability']
  breaches: Breach[]
}

const TERMINAL = ['completed', 'failed', 'cancelled']

export function isOver({ status }: Pick<ReadTask, 'status'>): boolean {
  return TERMINAL.includes(status)
}

export async function collect(world: World): Promise<Evidence> {
  const { load, hooks, vendor, nodes } = world
  const tasks = await readAll(world)
  const live = await command<{ secret: string }>(world, ['webhook', 'secret', '--json'])
  const test = await command<{ secret: string }>(world, ['webhook', 'secret', '--test', '--json'])
  const books = await command<Books>(world, ['reconcile', '--json'])
  const files = await checkFiles(world, tasks)
  const again = await readAll(world)
  return {
    submissions: [...load.submissions.values()],
    tasks,
    again,
    hooked: hooks.received,
    secrets: { live: live.secret, test: test.secret },
    orders: vendor.orders,
    books,
    ...files,
    orphans: await countOrphans(world, again),
    exits: nodes.all.flatMap((node) => node.unexpectedExits),
    stops: nodes.all.flatMap((node) => node.stops),
    kills: nodes.all.reduce((sum, node) => sum + node.kills, 0),
    availability: world.availability,
    breaches: world.breaches,
  }
}

/** Every stored task, whether or not an answer named it. */
export async function readAll({ nodes }: World): Promise<Map<string, ReadTask>> {
  const tasks = new Map<string, ReadTask>()
  for (const key of [LIVE_KEY, TEST_KEY]) {
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: string = await patiently(async () => {
        const query = `limit=100${cursor ? `&cursor=${cursor}` : ''}`
        const { status, body } = await nodes.send(`/polyphony/v1/tasks?${query}`, {
          headers: { authorization: `Bearer ${key}` },
          timeoutMs: 20_000,
        })
        if (status !== 200) throw new Error(`The list of tasks was answered with ${status}.`)
        return body
      })
      const found = JSON.parse(page) as { tasks: ReadTask[]; next_cursor: string | null }
      for (const task of found.tasks) tasks.set(task.id, task)
      cursor = found.next_cursor
    }
  }
  return tasks
}

async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      if (tries === 10) throw error
      await delay(1_000)
    }
  }
}

/** Runs the command line beside the gateway; `reconcile` ends with 1 when it finds something. */
async function command<T>(world: World, words: string[]): Promise<T> {
  const [program = '', ...before] = world.commandLine()
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile(program, [...before, ...words], { env: world.commandEnv }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    )
  })
  if (stdout.trim() === '') throw new Error(`polyphony ${words.join(' ')} gave nothing: ${stderr.slice(0, 500)}`)
  return JSON.parse(stdout) as T
}

const FILE_URL = /https?:\/\/[^"\s]+\/files\/[0-9a-f-]{36}\.[a-z0-9]+/g

export function filesIn(task: ReadTask): string[] {
  return JSON.stringify(task.output).match(FILE_URL) ?? []
}

async function checkFiles({ nodes, vendor }: World, tasks: Map<string, ReadTask>) {
  const badFiles: string[] = []
  let downloads = 0
  for (const task of tasks.values()) {
    for (const url of filesIn(task)) {
      downloads += 1
      const expected = vendor.orders.filter(({ marker }) => marker === markerOf(task)).map(fileOf)
      const { status, bytes } = await patiently(() => nodes.download(url))
      if (status !== 200) badFiles.push(`${task.id}: ${url} was answered with ${status}`)
      else if (!expected.some((file) => hashOf(file) === hashOf(bytes))) {
        badFiles.push(`${task.id}: ${bytes.byteLength} bytes, not a file of the vendor`)
      }
    }
  }
  return { badFiles, downloads }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The submission that a task came from. */
export function markerOf({ input }: Pick<ReadTask, 'input'>): string {
  const [marker = ''] = /chaos-[a-z]+-\d+-\d+/.exec(JSON.stringify(input)) ?? []
  return marker
}

const FILE_NAME = /([0-9a-f]{8}-[0-9a-f-]{27})\.[a-z0-9]+$/

async function countOrphans(world: World, tasks: Map<string, ReadTask>): Promise<number> {
  const known = new Set([...tasks.values()].flatMap(filesIn).map((url) => FILE_NAME.exec(url)?.[1]))
  const names = await readdir(world.filesFolder(), { recursive: true }).catch(() => [])
  const ids = names.filter((name) => !name.includes('.parts')).map((name) => FILE_NAME.exec(name)?.[1])
  return ids.filter((id) => id !== undefined && !known.has(id)).length
}
