import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { Json } from '../../core/json.ts'
import { BODY_LIMITS } from '../../core/json-limits.ts'
import { idsIn } from './fields.ts'

/** A relay in front asks for all its unfinished tasks at once, and none of them ends there if that is refused. */
export const MAX_LISTED_IDS = 250_000

/** The `config` of a route whose body has a list of so many ids. */
export const LISTED_IDS = { maxMembers: MAX_LISTED_IDS + BODY_LIMITS.maxMembers }

/** So many ids are looked up and written in one turn of the event loop: some milliseconds of work. */
const IN_ONE_TURN = 100

/**
 * Answers with the list of what `bodiesOf` gives for the ids of a body, some ids at a time and each id once, as JSON between
 * `before` and `after`. A short list is sent as it is; a longer one as a stream, which waits for its reader and has only a
 * part in memory. Rejects when the ids are no list, or the first of them cannot be read; when later ones cannot, the stream
 * breaks off. Throws `invalid_input`.
 */
export async function sendListed(
  reply: FastifyReply,
  given: Json | undefined,
  bodiesOf: (ids: string[]) => Promise<unknown[]>,
  { before, after }: { before: string; after: string } = { before: '[', after: ']' },
): Promise<FastifyReply> {
  const ids = idsIn(given, MAX_LISTED_IDS)
  const parts = partsOf(ids, bodiesOf)
  // The first part is read before the answer begins, so that a failure is answered as one.
  const first = await parts.next()
  const start = before + (first.done ? '' : first.value)
  reply.type('application/json; charset=utf-8')
  if (ids.length <= IN_ONE_TURN) return reply.send(start + after)
  return reply.send(Readable.from(whole(start, parts, after), { objectMode: false }))
}

async function* whole(start: string, parts: AsyncGenerator<string>, after: string): AsyncGenerator<Buffer> {
  yield Buffer.from(start)
  let isEmpty = start.endsWith('[')
  for await (const part of parts) {
    if (part === '') continue
    yield Buffer.from(isEmpty ? part : `,${part}`)
    isEmpty = false
  }
  yield Buffer.from(after)
}

/** The elements as JSON, without brackets; a part may be empty. */
async function* partsOf(ids: string[], bodiesOf: (ids: string[]) => Promise<unknown[]>): AsyncGenerator<string> {
  const seen = new Set<string>()
  for (let at = 0; at < ids.length; at += IN_ONE_TURN) {
    const some = [...new Set(ids.slice(at, at + IN_ONE_TURN))].filter((id) => !seen.has(id))
    for (const id of some) seen.add(id)
    const bodies = some.length === 0 ? [] : await bodiesOf(some)
    yield bodies.map((body) => JSON.stringify(body)).join(',')
    // An embedded database answers in the same turn, and other requests are waiting.
    await nextTurn()
  }
}
