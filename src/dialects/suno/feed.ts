import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sunoLyrics } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { taskOfItem } from '../../core/ids.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { clipAnswer, feedAnswer, generationAnswer, lyricsAnswer, lyricsRequested, tasksOfFeed } from './feed-answers.ts'
import type { Descriptions } from './openapi.ts'
import { submit } from './submit.ts'
import { concatTask, lyricsTask, songTask } from './to-task.ts'

const described = describedBy<Descriptions>()

/** The feed dialect: Suno's own web API, as relays pass it on. Its clients poll clips, not tasks. */
export function feedRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  const generate = async (request: FastifyRequest, reply: FastifyReply) =>
    generationAnswer(await submit(request, reply, context, songTask(request.body)), urls)
  app.post('/generate', described('sunoGenerate'), generate)
  app.post('/generate/description-mode', described('sunoGenerateFromIdea'), generate)

  app.post('/generate/lyrics', described('sunoGenerateLyrics'), async (request, reply) =>
    lyricsRequested(await submit(request, reply, context, lyricsTask(request.body))),
  )

  const concat = async (request: FastifyRequest, reply: FastifyReply) =>
    clipAnswer(await submit(request, reply, context, concatTask(request.body)), urls)
  app.post('/generate/concat', described('sunoGenerateConcat'), concat)
  app.post('/generate/concat/v2', described('sunoGenerateConcatV2'), concat)

  // A wildcard, since the router bounds the length of a parameter and a list of ids is long.
  app.get<{ Params: { '*': string } }>('/feed/*', described({ '/feed/{ids}': 'sunoFeed' }), async (request) => {
    const ids = request.params['*']
      .split(/[,/]/)
      .map((id) => id.trim())
      .filter((id) => id !== '')
    return feedAnswer(ids, await tasks.getMany(tasksOfFeed(ids), request.caller), urls)
  })

  app.get<{ Params: { id: string } }>('/lyrics/:id', described('sunoLyrics'), async (request) => {
    const { id } = request.params
    const { taskId, number } = taskOfItem(id)
    const task = await tasks.get(taskId, request.caller)
    if (task.operation !== sunoLyrics.id || number > 2) throw new PolyphonyError('task_not_found', `No lyrics ${id}.`)
    return lyricsAnswer(task, id)
  })
}
