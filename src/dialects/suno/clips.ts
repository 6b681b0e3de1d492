import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../catalog/operation.ts'
import { sunoMidi, sunoMp4, sunoStems, sunoTiming, sunoWav } from '../../catalog/suno-tools.ts'
import { isSameItem, taskOfItem } from '../../core/ids.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { failureOf, QUEUE_MS, submitAndWait } from '../kit/protocol.ts'
import { abortOnDisconnect } from '../kit/requests.ts'
import { envelope } from '../shared/relay-task.ts'
import { type Clip, clipsOf } from './clip.ts'
import { dataOf, personaOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { checkOrigin, submitOnce } from './submit.ts'
import { clipTask, personaTask, tagsTask } from './to-task.ts'

const described = describedBy<Descriptions>()

interface OneClip {
  Params: { id: string }
}

/** Tools for a finished clip, and for writing further songs. Only WAV and MP4 have an envelope. */
export function clipRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  const submitFor = (operation: Operation, request: FastifyRequest<OneClip>): Promise<Task> =>
    submitOnce(request, context, clipTask(operation, request.params.id), request.params.id)

  app.post('/persona/create', described('sunoPersonaCreate'), async (request, reply) => {
    const persona = personaTask(request.body)
    await checkOrigin(tasks, persona, request.caller)
    const task = await submitAndWait(request, reply, context, persona)
    return personaOf(task, await rootOf(task, request))
  })

  app.get<OneClip>('/act/stems/:id', described('sunoStems'), async (request) => ({
    clips: clipsOf(notFailed(await submitFor(sunoStems, request)), urls),
  }))

  app.get<OneClip>('/act/timing/:id', described('sunoTiming'), async (request, reply) =>
    dataOf(await ended(request, reply, sunoTiming), urls),
  )

  app.get<OneClip>('/act/midi/:id', described('sunoMidi'), async (request) => {
    const task = notFailed(await submitFor(sunoMidi, request))
    return task.status === 'completed' ? { state: 'complete', ...dataOf(task, urls) } : { state: 'running' }
  })

  app.get<OneClip>('/act/wav/:id', described('sunoWav'), async (request) =>
    envelope((await submitFor(sunoWav, request)).id),
  )
  app.get<OneClip>('/act/mp4/:id', described('sunoMp4'), async (request) =>
    envelope((await submitFor(sunoMp4, request)).id),
  )

  app.post('/act/tags', described('sunoTags'), async (request, reply) => {
    const task = await submitAndWait(request, reply, context, tagsTask(request.body))
    return { ...dataOf(task, urls), request_id: task.id }
  })

  async function ended(request: FastifyRequest<OneClip>, reply: FastifyReply, operation: Operation): Promise<Task> {
    using place = tasks.placeToWait(request.caller)
    const { id, status } = await submitFor(operation, request)
    const limits = { timeoutMs: QUEUE_MS + operation.timeoutMs, signal: abortOnDisconnect(reply), place }
    const task = isTerminal(status) ? await tasks.get(id, request.caller) : await tasks.wait(id, request.caller, limits)
    if (task.status !== 'completed') throw failureOf(task)
    return task
  }

  async function rootOf(persona: Task, request: FastifyRequest): Promise<Clip | null> {
    const id = String(persona.input.root_clip_id)
    const [task] = await tasks.getMany([taskOfItem(id).taskId], request.caller)
    return (task && clipsOf(task, urls).find((clip) => isSameItem(clip.id, id))) ?? null
  }
}

function notFailed(task: Task): Task {
  if (task.status === 'failed' || task.status === 'cancelled') throw failureOf(task)
  return task
}
