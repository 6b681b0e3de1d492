import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../catalog/operation.ts'
import { sunoMidi, sunoMp4, sunoStems, sunoTiming, sunoWav } from '../../catalog/suno-tools.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { taskOfItem } from '../../core/ids.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { failureOf, performed } from '../kit/protocol.ts'
import { gone } from '../kit/requests.ts'
import { envelope } from '../shared/relay-task.ts'
import { type Clip, clipsOf } from './clip.ts'
import { personaOf, toldOf } from './from-task.ts'
import { checkOrigin, DIALECT, submitOnce } from './submit.ts'
import { clipTask, personaTask, tagsTask } from './to-task.ts'

interface OneClip {
  Params: { id: string }
}

/** How long the answer to a GET that waits for work may take to begin. */
const QUEUE_MS = 5 * MINUTE_MS

/** What is made of a finished clip, and what serves the making of others. None but WAV and MP4 has an envelope. */
export function clipRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  const ask = (operation: Operation, request: FastifyRequest<OneClip>): Promise<Task> =>
    submitOnce(request, context, clipTask(operation, request.params.id), request.params.id)

  app.post('/persona/create', async (request, reply) => {
    const { originField, ...persona } = personaTask(request.body)
    await checkOrigin(tasks, { originField, ...persona }, request.caller)
    const task = await performed(request, reply, context, { ...persona, dialect: DIALECT })
    return personaOf(task, await rootOf(task, request))
  })

  app.get<OneClip>('/act/stems/:id', async (request) => ({
    clips: clipsOf(notFailed(await ask(sunoStems, request)), urls),
  }))

  app.get<OneClip>('/act/timing/:id', async (request, reply) => toldOf(await ended(request, reply, sunoTiming)))

  app.get<OneClip>('/act/midi/:id', async (request) => {
    const task = notFailed(await ask(sunoMidi, request))
    return task.status === 'completed' ? { state: 'complete', ...toldOf(task) } : { state: 'running' }
  })

  app.get<OneClip>('/act/wav/:id', async (request) => envelope((await ask(sunoWav, request)).id))
  app.get<OneClip>('/act/mp4/:id', async (request) => envelope((await ask(sunoMp4, request)).id))

  app.post('/act/tags', async (request, reply) => {
    const { originField: _, ...tags } = tagsTask(request.body)
    const task = await performed(request, reply, context, { ...tags, dialect: DIALECT })
    return { ...toldOf(task), request_id: task.id }
  })

  async function ended(request: FastifyRequest<OneClip>, reply: FastifyReply, operation: Operation): Promise<Task> {
    using place = tasks.placeToWait(request.caller)
    const { id, status } = await ask(operation, request)
    const limits = { timeoutMs: QUEUE_MS + operation.timeoutMs, signal: gone(reply), place }
    const task = isTerminal(status) ? await tasks.get(id, request.caller) : await tasks.wait(id, request.caller, limits)
    if (task.status !== 'completed') throw failureOf(task)
    return task
  }

  async function rootOf(persona: Task, request: FastifyRequest): Promise<Clip | null> {
    const id = String(persona.input.root_clip_id)
    const [task] = await tasks.getMany([taskOfItem(id).taskId], request.caller)
    return (task && clipsOf(task, urls).find((clip) => clip.id === id)) ?? null
  }
}

function notFailed(task: Task): Task {
  if (task.status === 'failed' || task.status === 'cancelled') throw failureOf(task)
  return task
}
