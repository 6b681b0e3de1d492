import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { abortOnDisconnect } from './requests.ts'

export interface EventStream {
  /** The event for a state of the task, as text/event-stream has it; `number` counts from 1. */
  eventOf(task: Task, number: number): string
  headers?: Record<string, string>
  /** How long the stream may be silent before a comment shows that it is alive. */
  heartbeatMs: number
}

/** Streams the states of a task as server-sent events until it has ended. Throws `too_many_waiting`. */
export async function streamTask(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  context: Pick<DialectContext, 'tasks'>,
  { eventOf, headers = {}, heartbeatMs }: EventStream,
): Promise<void> {
  request.taskId = id
  const states = await context.tasks.watch(id, request.caller, abortOnDisconnect(reply))
  await streamEvents(request, reply, numbered(states, eventOf), { headers, heartbeatMs })
}

async function* numbered(states: AsyncIterable<Task>, eventOf: EventStream['eventOf']): AsyncGenerator<string> {
  let number = 0
  for await (const task of states) yield eventOf(task, ++number)
}

/** Answers with events, as text/event-stream has them, until they end. The next ones are read when the client has taken these. */
export async function streamEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncIterable<string>,
  { headers = {}, heartbeatMs }: Pick<EventStream, 'headers' | 'heartbeatMs'>,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    ...headers,
  })
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': still here\n\n')
  }, heartbeatMs)
  try {
    for await (const text of events) {
      if (!raw.write(text) && !raw.destroyed) await drainedOrClosed(raw)
    }
  } catch (error) {
    request.log.error({ err: error, taskId: request.taskId }, 'the event stream broke')
  } finally {
    clearInterval(heartbeat)
    raw.end()
  }
}

/** Leaves no listener behind, as a race of two promises would at every drain. */
function drainedOrClosed(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}
