import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DialectContext } from '../dialect.ts'
import { gone } from '../kit/requests.ts'
import { statusOf } from './from-task.ts'

const HEARTBEAT_MS = 10_000

/** A request's states as server-sent events without a name, to the end; each has the logs that the one before had not. */
export async function streamStatus(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  { id, app, logs }: { id: string; app: string; logs: boolean },
): Promise<void> {
  const states = await context.tasks.watch(id, request.caller, gone(reply))
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-fal-request-id': id,
  })
  // The official client gives up after fifteen seconds without a word.
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS)
  let told = 0
  try {
    for await (const task of states) {
      const status = statusOf({ ...task, logs: task.logs.slice(told) }, context.urls, { app, logs })
      told = task.logs.length
      raw.write(`data: ${JSON.stringify(status)}\n\n`)
    }
  } catch (error) {
    request.log.error({ err: error, taskId: id }, 'the event stream broke')
  } finally {
    clearInterval(heartbeat)
    raw.end()
  }
}
