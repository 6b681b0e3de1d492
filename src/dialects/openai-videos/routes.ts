import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sora2Video } from '../../catalog/sora2.ts'
import { ASSET_SCHEME } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf, filesOf as formFiles } from '../kit/form-body.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import { finalErrors } from '../kit/should-retry-header.ts'
import { deleteTask, isDeleted } from '../shared/deleted-tasks.ts'
import { withImageFiles } from '../shared/image-file-ids.ts'
import { errorBody, statusOf } from './errors.ts'
import { filesOf, fromTask, isVideo } from './from-task.ts'
import { listVideos } from './list.ts'
import type { Descriptions } from './openapi.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, refuseEdits, remixTask, videoTask } from './to-task.ts'

const described = describedBy<Descriptions>()

interface OneVideo {
  Params: { id: string }
}

/** OpenAI's videos API: https://platform.openai.com/docs/api-reference/videos. */
export const openaiVideos: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    const { error, mark } = finalErrors((thrown) => ({ status: statusOf(thrown), body: errorBody(thrown) }))
    await serve(app, context, {
      prefixes: ['', '/openai/v1'],
      error,
      routes(inside) {
        mark(inside)
        takeForms(inside)
        const at = `${inside.prefix === '' ? '/v1' : ''}/videos`
        videoRoutes(inside, at, context)
        refusedRoutes(inside, at)
      },
    })
  },
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeOpenaiVideos(context),
}

function videoRoutes(app: FastifyInstance, at: string, context: DialectContext): void {
  const { tasks } = context

  /** The task of a path: a video, and not deleted. */
  async function known(task: Task): Promise<Task> {
    if (isVideo(task) && !(await isDeleted(task, context))) return task
    throw new PolyphonyError('task_not_found', `No video ${task.id}.`)
  }
  const find = async ({ id }: OneVideo['Params'], caller: Caller) => known(await tasks.get(id, caller))

  app.post(at, described('videosCreate'), async (request, reply) => {
    const { fields } = await bodyOf(request, context, { maxFiles: 1, filesOf: filesOfVideo })
    const whole = await withImageFiles(fields, { caller: request.caller, callFiles: context.callFiles })
    return shown(await submitTask(request, reply, context, videoTask(whole)), context)
  })

  app.post<OneVideo>(`${at}/:id/remix`, described('videosRemix'), async (given, reply) => {
    const request = given as FastifyRequest
    const { fields } = await bodyOf(request, context, { maxFiles: 1, filesOf: () => 0 })
    const parent = await find(given.params, request.caller)
    return shown(await submitTask(request, reply, context, remixTask(fields, parent)), context)
  })

  app.get(at, described('videosList'), async ({ query, caller }) => {
    const { tasks: page, hasMore } = await listVideos(query, caller, context)
    const data = await Promise.all(page.map((task) => shown(task, context)))
    const [first, last] = [data.at(0)?.id ?? null, data.at(-1)?.id ?? null]
    return { object: 'list', data, first_id: first, last_id: last, has_more: hasMore }
  })

  app.get<OneVideo>(`${at}/:id`, described('videosRead'), async (request, reply) => {
    const task = await taskFor(request as FastifyRequest, reply, request.params.id, context)
    return shown(await known(task), context)
  })

  app.get<OneVideo>(`${at}/:id/content`, described('videosContent'), async (request, reply) => {
    const file = contentOf(await find(request.params, request.caller), request.query)
    return context.sendFile(file, request as FastifyRequest, reply)
  })

  app.delete<OneVideo>(`${at}/:id`, described('videosDelete'), async ({ params, caller }) => {
    const { id } = await find(params, caller)
    await deleteTask(id, caller, context)
    return { id, object: 'video.deleted', deleted: true }
  })
}

const filesOfVideo = formFiles(sora2Video.input, { input_reference: 'image_url' })

/** What the package has methods for, and no provider here does. */
function refusedRoutes(app: FastifyInstance, at: string): void {
  app.post(`${at}/edits`, described('videosEdits'), () => refuseEdits('Editing a video'))
  app.post(`${at}/extensions`, described('videosExtensions'), () => refuseEdits('Extending a video'))
  app.post(`${at}/characters`, described('videosCharacter'), () => refuseEdits('A character'))
  app.get(`${at}/characters/:id`, described('videosCharacterRead'), () => refuseEdits('A character'))
}

async function shown(task: Task, { assets }: DialectContext) {
  const file = filesOf(task)?.file.slice(ASSET_SCHEME.length).split('.', 1)[0]
  return fromTask(task, file ? (await assets.find(file))?.expiresAt : undefined)
}

/** The stored file of a variant. Throws `invalid_input` for one that is not kept. */
function contentOf(task: Task, query: unknown): string {
  const { variant = 'video' } = query as Record<string, unknown> // as Fastify parses it
  const files = filesOf(task)
  if (variant === 'spritesheet') throw invalidInput('variant', 'has no spritesheet here: video and thumbnail are kept')
  if (variant !== 'video' && variant !== 'thumbnail') {
    throw invalidInput('variant', 'must be one of "video", "thumbnail", "spritesheet"')
  }
  // OpenAI answers 404 until the video is there (inferred).
  if (!files) throw new PolyphonyError('not_found', `The video ${task.id} is ${task.status}; it has no content.`)
  const file = variant === 'video' ? files.file : files.cover
  if (file === '') throw invalidInput('variant', `has no ${variant} of this video: its provider delivered none`)
  return file
}
