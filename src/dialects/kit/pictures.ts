import type { Assets } from '../../assets/assets.ts'
import type { Output, Picture } from '../../catalog/outputs.ts'
import type { Task } from '../../core/task.ts'

/** The pictures of a completed task whose operation produces pictures. */
export function picturesOf({ output }: Pick<Task, 'output'>): Picture[] {
  // What a provider delivers is in the shape that the operation's output schema states.
  return (output as Output['pictures']).pictures
}

/** What reads a stored file. */
export type FileReader = Pick<Assets, 'read'>

/** A stored file, as answers carry it within JSON. */
export async function base64Of({ file }: Picture, assets: FileReader): Promise<string> {
  return Buffer.from(await assets.read(file)).toString('base64')
}
