import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Assets } from '../../assets/assets.ts'
import type { Output, Picture } from '../../catalog/outputs.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import type { NamedWish } from './own-names.ts'
import { performed } from './protocol.ts'
import { respelt } from './spelling.ts'

/** For protocols that answer with the pictures themselves, once they are made. */

/** `performed`, with errors that name the caller's fields. */
export async function performedInOwnNames(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  { names, ...wish }: NamedWish & Pick<Submission, 'dialect'>,
): Promise<Task> {
  try {
    return await performed(request, reply, context, wish)
  } catch (error) {
    throw respelt(error, names)
  }
}

/** What a completed task of a kind `pictures` has made. */
export function picturesOf({ output }: Pick<Task, 'output'>): Picture[] {
  // What a provider delivers is in the shape that the operation's output schema states.
  return (output as Output['pictures']).pictures
}

/** A stored file, as answers carry it within JSON. */
export async function base64Of({ file }: Picture, assets: Assets): Promise<string> {
  return Buffer.from(await assets.read(file)).toString('base64')
}
