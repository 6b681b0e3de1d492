import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Asset } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { MODES, type Task } from '../../core/task.ts'
import { titleOf } from '../../core/task-title.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { filesOf } from '../shared/deleted-tasks.ts'
import type { Descriptions } from './openapi.ts'
import { wordsIn } from './query.ts'

const described = describedBy<Descriptions>()

export const MAX_ARCHIVED = 200

/** `GET /polyphony/v1/archive?ids=…`: what tasks have made, as one ZIP that is written while it is sent. */
export function archiveRoute(app: FastifyInstance, context: DialectContext): void {
  app.get<{ Querystring: Record<string, unknown> }>(
    '/archive',
    described('polyphonyArchive'),
    async ({ query, caller }, reply) => {
      const members = await membersOf(await tasksIn(query, caller, context), context)
      if (members.length === 0) throw new PolyphonyError('not_found', 'These tasks have no files, or not any more.')
      const { makeZip, predictLength } = await import('client-zip')
      const zip = makeZip(contentsOf(members, context))
      return reply
        .headers({
          'content-type': 'application/zip',
          'content-length': String(predictLength(members.map(({ name, sizeBytes }) => ({ name, size: sizeBytes })))),
          'content-disposition': `attachment; filename="polyphony-${new Date(context.clock.now()).toISOString().slice(0, 10)}.zip"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        })
        .send(Readable.fromWeb(zip as Parameters<typeof Readable.fromWeb>[0])) // the same stream by another name
    },
  )
}

/** The tasks that are named. A link of a page cannot name a mode, so a person's are looked for in both. */
async function tasksIn(
  query: Readonly<Record<string, unknown>>,
  caller: Caller,
  { tasks }: DialectContext,
): Promise<Task[]> {
  const ids = wordsIn(query, 'ids') ?? []
  if (ids.length === 0) throw invalidInput('ids', 'must name tasks, with commas between')
  if (ids.length > MAX_ARCHIVED) throw invalidInput('ids', `must name at most ${MAX_ARCHIVED} tasks, not ${ids.length}`)
  const scopes = caller.person ? MODES.map((mode) => ({ ...caller, mode })) : [caller]
  const found = (await Promise.all(scopes.map((scope) => tasks.getMany(ids, scope)))).flat()
  const missing = ids.find((id) => !found.some((task) => task.id === id))
  if (missing !== undefined)
    throw new PolyphonyError('task_not_found', `No task ${missing.slice(0, 60)}.`, { field: 'ids' })
  return found
}

interface Member {
  name: string
  sizeBytes: number
  at: number
  content: Asset | Buffer
}

async function membersOf(tasks: readonly Task[], { assets }: DialectContext): Promise<Member[]> {
  const names = new Set<string>()
  const members: Member[] = []
  for (const task of tasks) {
    const title = fileName(titleOf(task))
    const found = await Promise.all(filesOf(task).map((id) => assets.find(id)))
    for (const asset of found) {
      if (!asset) continue
      const name = unused(names, title, asset.extension)
      members.push({ name, sizeBytes: asset.sizeBytes, at: asset.createdAt, content: asset })
    }
    for (const text of textsIn(task.output)) {
      const content = Buffer.from(text)
      members.push({ name: unused(names, title, 'txt'), sizeBytes: content.length, at: task.createdAt, content })
    }
  }
  return members
}

/** One file after the other: the next is opened when the one before was sent. */
async function* contentsOf(members: readonly Member[], { assets }: DialectContext) {
  for (const { name, sizeBytes, at, content } of members) {
    const input = Buffer.isBuffer(content) ? content : await assets.open(content)
    yield { name, size: sizeBytes, lastModified: new Date(at), input }
  }
}

/** Texts and lyrics, which are no files. */
function textsIn(output: Json): string[] {
  if (!isJsonObject(output)) return []
  const lyrics = Array.isArray(output.lyrics) ? output.lyrics.map((one) => (isJsonObject(one) ? one.text : '')) : []
  const texts = Array.isArray(output.texts) ? output.texts : []
  return [...lyrics, ...texts].filter((text): text is string => typeof text === 'string' && text !== '')
}

const MAX_NAME = 80

/** A title as the name of a file on any system. */
function fileName(title: string): string {
  const plain = title
    .replaceAll(/[^\p{L}\p{N} _-]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
  return [...plain].slice(0, MAX_NAME).join('').trim() || 'untitled'
}

function unused(names: Set<string>, title: string, extension: string): string {
  for (let number = 1; ; number++) {
    const name = `${title}${number === 1 ? '' : ` ${number}`}.${extension}`
    if (names.has(name.toLowerCase())) continue
    names.add(name.toLowerCase())
    return name
  }
}
