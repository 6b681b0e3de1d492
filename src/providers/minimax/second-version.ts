import type { Json, JsonObject } from '../../core/json.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { videosResult } from '../kit/results.ts'
import { callVendor } from '../kit/vendor-call.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Progress, TaskRequest } from '../provider.ts'
import { isModerated } from './errors.ts'
import { SecondTask } from './wire.ts'

/** H3 by the second version of MiniMax's API, which says by the status of an answer what is wrong. */

const ROLES: [field: string, type: string, role: string][] = [
  ['first_frame_image', 'image_url', 'first_frame'],
  ['last_frame_image', 'image_url', 'last_frame'],
  ['base_video', 'video_url', 'base_video'],
  ['reference_images', 'image_url', 'reference_image'],
  ['reference_videos', 'video_url', 'reference_video'],
  ['reference_audios', 'audio_url', 'reference_audio'],
]

/** Fields as a `content` array: the text first, then the files in the order of their roles. */
export function secondBodyOf({ model = '', prompt, resolution, duration, ratio, ...input }: JsonObject): JsonObject {
  const files = ROLES.flatMap(([field, type, role]) =>
    [input[field] ?? []].flat().flatMap((url: Json) => (url === '' ? [] : [{ type, [type]: { url }, role }])),
  )
  return {
    model,
    content: [...(prompt ? [{ type: 'text', text: prompt }] : []), ...files],
    resolution: resolution ?? '768P',
    duration: duration ?? 5,
    ...(ratio === undefined ? {} : { ratio }),
  }
}

export async function pollSecond(
  account: Account,
  id: string,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}` }
  const path = `/v2/query/video_generation/${encodeURIComponent(id)}`
  const { body } = await callVendor(account, { path, headers, signal })
  const { status, content, error } = readAnswer(SecondTask, body, 'MiniMax').task
  switch (status.toLowerCase()) {
    case 'succeeded': {
      const url = content?.url
      if (!url) return { status: 'failed', reason: 'MiniMax reported success without a file.' }
      return { status: 'completed', result: videosResult(request, [{ video: fileAtUrl(url) }]) }
    }
    case 'failed':
    case 'cancelled':
    case 'expired': {
      const reason = error?.message || `MiniMax reported the task as ${status}, without a reason.`
      return { status: 'failed', reason, isModerated: isModerated({ code: Number(error?.code ?? 0), message: reason }) }
    }
    default:
      return { status: 'processing' }
  }
}
