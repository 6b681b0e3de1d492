import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { isSameItem, taskOfItem } from '../core/ids.ts'
import { isJsonObject } from '../core/json.ts'
import { isTerminal, type Task } from '../core/task.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { abortOnDisconnect } from '../dialects/kit/requests.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { LiveSounds } from '../tasks/live-sounds.ts'
import { openPlaces } from '../tasks/wait-places.ts'

export interface LiveSoundsOptions {
  sounds: Pick<LiveSounds, 'itemOf' | 'nameOf' | 'open'>
  /** The task as soon as `isOver` holds of it, or as it is when `signal` aborts. */
  awaitTask(id: string, isOver: (task: Task) => boolean, signal: AbortSignal): Promise<Task | undefined>
  urls: Pick<Urls, 'file'>
}

/** So long a request waits for a sound that another process makes: less than proxies wait for an answer. */
const HOLD_MS = 20_000
const RETRY_AFTER_SECONDS = 2
/** Requests that are held at once: a name may be known to many, and each of them watches the task. */
const HELD = { each: 16, total: 256 }

/**
 * A song while it is made, at `/files/live/NAME`: what there is of it so far, and the rest as it comes. Once its task has ended, the
 * address leads to the file. Where another process makes it, the request waits for that end, if not too many wait already. Like a
 * file, it is for everyone who knows its name.
 */
export const liveSoundRoutes: FastifyPluginAsync<LiveSoundsOptions> = async (app, { sounds, awaitTask, urls }) => {
  const takePlace = openPlaces(HELD)

  /** The task when it has ended or its sound is here; as it is where too many wait for that, or after a while. */
  async function settled(itemId: string, isHere: () => boolean, reply: FastifyReply): Promise<Task | undefined> {
    const { taskId } = taskOfItem(itemId)
    const isOver = ({ status }: Task): boolean => isTerminal(status) || isHere()
    const hold = AbortSignal.any([AbortSignal.timeout(HOLD_MS), abortOnDisconnect(reply)])
    const task = await awaitTask(taskId, () => true, hold)
    if (!task || isOver(task)) return task
    const place = takePlace(taskId)
    if (typeof place === 'string') return task
    using _ = place
    return await awaitTask(taskId, isOver, hold)
  }

  app.get<{ Params: { name: string } }>(
    '/files/live/:name',
    undocumented('answers give whole URLs of files'),
    async (request, reply) => {
      const itemId = sounds.itemOf(request.params.name)
      if (itemId === undefined) return missing(reply)
      reply.header('access-control-allow-origin', '*')
      const isHere = (): boolean => sounds.nameOf(itemId) !== undefined
      const task = isHere() ? undefined : await settled(itemId, isHere, reply)
      const stream = sounds.open(itemId)
      if (stream) {
        reply.headers({
          'content-type': 'audio/mpeg',
          'cache-control': 'no-store',
          'accept-ranges': 'none',
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'cross-origin',
        })
        return reply.send(stream)
      }
      if (task?.status === 'completed') {
        const file = urls.file(soundIn(task, itemId))
        return file === '' ? missing(reply) : reply.redirect(file, 302)
      }
      if (!task || task.status === 'failed' || task.status === 'cancelled') return missing(reply)
      return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({
        code: 503,
        message:
          'Another process makes this sound, or it waits to be made. Its address leads to its file when its task has ended.',
      })
    },
  )
}

/** The file of an item's sound among the clips of its task, as a reference; '' if there is none. */
function soundIn({ output }: Task, itemId: string): string {
  const clips = isJsonObject(output) && Array.isArray(output.clips) ? output.clips.filter(isJsonObject) : []
  const clip = clips.find(({ id }) => typeof id === 'string' && isSameItem(id, itemId))
  return typeof clip?.audio === 'string' ? clip.audio : ''
}

function missing(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ code: 404, message: 'There is no such sound, or it has expired.' })
}
