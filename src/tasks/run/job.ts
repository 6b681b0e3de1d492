import type { Assets } from '../../assets/assets.ts'
import type { Egress } from '../../assets/egress.ts'
import { identify } from '../../assets/media-type.ts'
import { ASSET_SCHEME } from '../../core/asset.ts'
import type { Task } from '../../core/task.ts'
import type { Job, TaskRequest } from '../../providers/provider.ts'
import { markFileErrors } from './file-errors.ts'
import type { RunParts } from './run-parts.ts'

/** Where the files that inputs name come from. */
export interface InputFiles {
  assets: Pick<Assets, 'read'>
  egress: Pick<Egress, 'download'>
  maxBytes: number
  /** Where a vendor can fetch a stored file; undefined where we cannot be reached from outside. */
  publicUrlOf: (reference: string) => string | undefined
}

/** What the provider is to do for the task. */
export async function buildJob(parts: RunParts, task: Task): Promise<Job> {
  const { store, leases, inputFiles } = parts
  const { maxBytes, publicUrlOf } = inputFiles
  const parent = task.parentTaskId === null ? null : ((await store.getTask({ id: task.parentTaskId })) ?? null)
  return {
    ...taskRequestOf(task),
    mode: task.mode,
    idempotencyKey: task.id, // one task is paid for once, however often it is tried
    attempt: task.attempts,
    createdAt: task.createdAt,
    parent,
    callbackUrl: parts.callbackUrl(task),
    report: (percent) => leases.report(task, percent),
    publish: parts.liveSounds.publish,
    endSound: parts.liveSounds.endOne,
    readAsset: (reference) => markFileErrors(inputFiles.assets.read(reference)),
    download: (url, limits) => download(inputFiles, url, limits),
    async file(reference, signal) {
      const bytes = await download(inputFiles, reference, { maxBytes, signal })
      const { mediaType, extension } = await identify(bytes, undefined, 'upload')
      return { bytes, mediaType, name: `file.${extension}` }
    },
    urlOf: (reference) => (reference.startsWith(ASSET_SCHEME) ? publicUrlOf(reference) : reference),
  }
}

export function taskRequestOf({ id, operation, input }: Task): TaskRequest {
  return { taskId: id, operation, input }
}

/** A file that came with the input is in our storage already. */
function download(
  { assets, egress }: InputFiles,
  url: string,
  limits: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  return markFileErrors(url.startsWith(ASSET_SCHEME) ? assets.read(url) : egress.download(url, limits))
}
