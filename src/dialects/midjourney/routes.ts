import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import type { Draft } from '../../core/draft.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn, optionalFlag } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf } from '../kit/form-body.ts'
import { LISTED_IDS, sendListed } from '../kit/listed-ids.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { callerIfKnown, taskFor, taskSender } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { taskOfButton } from './buttons.ts'
import { errorBody, errorStatus } from './errors.ts'
import { actionOf, type Change, changeOf, followOf, followTask, simpleChangeOf, withoutCommand } from './follow.ts'
import { fromTask, isOurs, MODELS, pictureOf, QUEUED } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { originOf, taskBehind } from './origin.ts'
import { seedFor } from './seed.ts'
import { DIALECT, isSpeed, type MidjourneyBody, readBody, type Speed } from './submission.ts'
import { requestsFor } from './to-request.ts'
import {
  blendTask,
  describeTask,
  editsTask,
  imagineTask,
  retextureTask,
  shortenTask,
  swapTask,
  videoSwapTask,
  videoTask,
} from './to-task.ts'
import { uploadPictures } from './uploads.ts'
import { answerWindow, fromWindow, openWindow, WAITS, WINDOW, windowOf } from './window.ts'

const described = describedBy<Descriptions>()

const LIST_LIMIT = 100
const KEY_HEADERS = ['mj-api-secret']

/** The protocol of midjourney-proxy, as its successors and their relays speak it. */
export const midjourney: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    await serve(app, context, {
      prefixes: ['/mj', '/mj-:speed/mj'],
      keyHeaders: KEY_HEADERS,
      error: (error) => ({ status: errorStatus(error), body: errorBody(error) }),
      routes(inside) {
        inside.addHook('onRequest', async (request) => void speedOf(request))
        submitRoutes(inside, context)
        taskRoutes(inside, context)
      },
    })
    openRoutes(app, context)
  },
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeMidjourney(context),
}

/** The speed that the path names: `/mj-turbo/mj/…`. */
function speedOf({ params, method, url }: FastifyRequest): Speed | undefined {
  const { speed } = params as { speed?: string }
  if (speed === undefined || isSpeed(speed)) return speed
  throw new PolyphonyError('not_found', `Invalid URL (${method} ${url.split('?', 1)[0]})`)
}

/** Answers of every submission. `result` is a string, apart from that of the uploads. */
function accepted<Result>(result: Result, description = 'Submit success') {
  return { code: 1, description, result, properties: {} }
}

/** Routes whose body alone makes the submission. */
const SIMPLE: [path: string, key: keyof Descriptions, toTask: (body: MidjourneyBody) => Submission][] = [
  ['/submit/imagine', 'midjourneySubmitImagine', imagineTask],
  ['/submit/blend', 'midjourneySubmitBlend', blendTask],
  ['/submit/describe', 'midjourneySubmitDescribe', describeTask],
  ['/submit/shorten', 'midjourneySubmitShorten', shortenTask],
  ['/submit/edits', 'midjourneySubmitEdits', editsTask],
  ['/submit/edit', 'midjourneySubmitEdit', editsTask],
  ['/submit/retexture', 'midjourneySubmitRetexture', retextureTask],
  ['/insight-face/swap', 'midjourneyFaceSwap', swapTask],
]

const CHANGES: [path: string, key: keyof Descriptions, read: (fields: JsonObject) => Change][] = [
  ['/submit/change', 'midjourneySubmitChange', changeOf],
  ['/submit/simple-change', 'midjourneySubmitSimpleChange', simpleChangeOf],
  ['/submit/action', 'midjourneySubmitAction', actionOf],
]

function submitRoutes(app: FastifyInstance, context: DialectContext): void {
  for (const [path, key, toTask] of SIMPLE) {
    app.post(path, described(key), async (request, reply) => {
      const submission = toTask(readBody(request.body, speedOf(request)))
      return accepted((await submitTask(request, reply, context, submission)).id)
    })
  }
  for (const [path, key, read] of CHANGES) {
    app.post(path, described(key), async (request, reply) => {
      const body = readBody(request.body, speedOf(request))
      return change(body, read(body.fields), request, reply, context)
    })
  }

  app.post('/submit/video', described('midjourneySubmitVideo'), async (request, reply) => {
    const body = readBody(request.body, speedOf(request))
    const { taskId } = body.fields
    const originId = isText(taskId) ? (await originOf(taskId, request, context)).id : undefined
    return accepted((await submitTask(request, reply, context, videoTask(body, originId))).id)
  })

  app.post('/submit/modal', described('midjourneySubmitModal'), async (request) => {
    const body = readBody(request.body, speedOf(request))
    const { taskId } = body.fields
    if (!isText(taskId)) throw new PolyphonyError('invalid_input', 'task_id_is_required', { field: 'taskId' })
    const draft = await context.drafts.find(taskId, WINDOW, request.caller)
    if (!draft) throw new PolyphonyError('task_not_found', `No window ${taskId}.`)
    await answerWindow(body, draft, request, context)
    return accepted(draft.id)
  })

  app.post('/submit/upload-discord-images', described('midjourneyUploadPictures'), async (request) =>
    accepted(await uploadPictures(request, context)),
  )

  app.post('/submit/show', described('midjourneySubmitShow'), async () => {
    throw new PolyphonyError('unknown_operation', 'A job of Midjourney’s own cannot be taken over here.')
  })

  // A scope of its own: other routes do not read forms.
  app.register(async (scope) => {
    takeForms(scope)
    scope.post('/insight-face/video-swap', described('midjourneyFaceSwapVideo'), async (request, reply) => {
      const { fields } = await bodyOf(request, context, { maxFiles: 2 })
      return accepted((await submitTask(request, reply, context, videoSwapTask(readBody(fields, speedOf(request))))).id)
    })
  })
}

/** A follow-up by index or button: the task, or a window for more input first. */
async function change(
  body: MidjourneyBody,
  { taskId, press, field }: Change,
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
) {
  const named = await originOf(taskId, request, context)
  // The button says itself which task it is of; the body may name another that shows the same.
  const { customId, enableRemix } = body.fields
  const ownId = field === 'customId' && isText(customId) ? taskOfButton(customId) : undefined
  const origin = ownId === undefined || ownId === named.id ? named : await originOf(ownId, request, context)
  const kept = withoutCommand(body)
  const follow = followOf(kept, origin, { taskId, press, field }, context.urls)
  if (press.window === true || (press.window === 'remix' && optionalFlag(enableRemix, 'enableRemix') === true)) {
    const draft = await openWindow(follow, request, context)
    const { finalPrompt } = windowOf(draft)
    return { code: 21, description: WAITS, result: draft.id, properties: { finalPrompt, remix: true } }
  }
  return accepted((await submitTask(request, reply, context, followTask(follow))).id)
}

interface OneTask {
  Params: { id: string }
}

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, drafts, urls } = context
  const sendTask = taskSender(context, (task) => JSON.stringify(fromTask(ours(task), urls, task.id)))

  app.get<OneTask>('/task/:id/fetch', described('midjourneyFetchTask'), (request, reply) => {
    const { id } = request.params
    return sendTask(request, reply, id)?.catch(async (error: unknown) => {
      const draft = isUnknown(error) ? await drafts.find(id, WINDOW, request.caller) : undefined
      if (!draft) throw error
      return ofWindow(draft, (taskId) => taskFor(request, reply, taskId, context))
    })
  })

  for (const [path, key] of [
    ['/task/list-by-condition', 'midjourneyListByCondition'],
    ['/task/list-by-ids', 'midjourneyListByIds'],
  ] as const) {
    const config = { ...described(key).config, ...LISTED_IDS }
    app.post(path, { ...described(key), config }, (request, reply) =>
      sendListed(reply, objectIn(request.body).ids, (ids) => bodiesOf(ids, request.caller)),
    )
  }

  /** Of the tasks and windows among the ids, in their order. */
  async function bodiesOf(ids: string[], caller: Caller) {
    const found = new Map((await tasks.getMany(ids, caller)).map((task) => [task.id, task]))
    const others = ids.filter((id) => !found.has(id))
    const windows = new Map((await drafts.findMany(others, WINDOW, caller)).map((draft) => [draft.id, draft]))
    const bodies = ids.map(async (id) => {
      const task = found.get(id)
      if (task) return isOurs(task) ? fromTask(task, urls, id) : undefined
      const draft = windows.get(id)
      return draft && ofWindow(draft, (taskId) => tasks.get(taskId, caller))
    })
    return (await Promise.all(bodies)).filter((body) => body !== undefined)
  }

  const listed = async ({ caller }: FastifyRequest, status?: readonly Status[]) =>
    (await tasks.list({ model: MODELS, limit: LIST_LIMIT, ...(status ? { status } : {}) }, caller))
      .filter(isOurs)
      .map((task) => fromTask(task, urls))
  app.get('/task/list', described('midjourneyListTasks'), (request) => listed(request))
  app.get('/task/queue', described('midjourneyListQueue'), (request) => listed(request, QUEUED))

  app.post<OneTask>('/task/:id/cancel', described('midjourneyCancelTask'), async (request) => {
    const { id } = request.params
    const draft = await drafts.find(id, WINDOW, request.caller)
    if (draft && windowOf(draft).taskId === null) {
      await drafts.change(draft, { ...draft.body, cancelledAt: windowOf(draft).cancelledAt ?? context.clock.now() })
    } else {
      await tasks.cancel((await taskBehind(id, request, context)).id, request.caller)
    }
    return accepted(id, 'Cancelled')
  })

  app.get<OneTask>('/task/:id/image-seed', described('midjourneyImageSeed'), async (request, reply) => {
    const origin = await originOf(request.params.id, request, context)
    return accepted(await seedFor(origin, request, reply, context), 'success')
  })

  /** A window's task under the window's id, or the window as long as there is none. */
  async function ofWindow(draft: Draft, read: (taskId: string) => Promise<Task>) {
    const { taskId } = windowOf(draft)
    return taskId === null ? fromWindow(draft) : fromTask(await read(taskId), urls, draft.id)
  }
}

/** Throws `task_not_found` for tasks of other families, which have no form here. */
function ours(task: Task): Task {
  if (!isOurs(task)) throw new PolyphonyError('task_not_found', `No Midjourney task ${task.id}.`)
  return task
}

function isUnknown(error: unknown): boolean {
  return error instanceof PolyphonyError && error.code === 'task_not_found'
}

/**
 * `/mj/image/{id}` needs no key: anyone who knows the name of a picture's file may see it, as everywhere. The id of a
 * task is not a secret, so it leads to its picture only with the key of its owner.
 */
function openRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get<OneTask>('/mj/image/:id', described('midjourneyImage'), async (request, reply) => {
    const { id } = request.params
    const [fileId = ''] = id.split('.', 1)
    const asset = isId(fileId) ? await context.assets.find(fileId) : undefined
    const isPicture = asset?.mediaType.startsWith('image/') === true
    const reference = isPicture ? assetReference(asset) : await pictureOfTask(request, context)
    if (reference === undefined) return reply.code(400).send({ error: 'midjourney_task_not_found' })
    return context.sendFile(reference, request, reply)
  })
}

async function pictureOfTask(request: FastifyRequest<OneTask>, context: DialectContext): Promise<string | undefined> {
  const caller = await callerIfKnown(request, context, KEY_HEADERS)
  const [task] = caller ? await context.tasks.getMany([request.params.id], caller) : []
  return task && isOurs(task) ? pictureOf(task) : undefined
}

const NOTIFIED: ReadonlySet<Status> = new Set(['submitting', 'processing', 'completed', 'failed', 'cancelled'])

/** A callback carries the task object, at every change of status or progress. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return NOTIFIED.has(task.status) && isOurs(task) ? { body: JSON.stringify(fromTask(task, urls)) } : undefined
}
