import type RunwayML from '@runwayml/sdk'
import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import { blobOf, dataUri } from '../kit/input-files.ts'
import { networkError } from '../kit/vendor-errors.ts'
import type { Account, Job } from '../provider.ts'
import type { UploadTarget } from './wire.ts'

const MAX_URL = 2_048
const MEGABYTE = 2 ** 20
/** The longest data URI; larger files are uploaded. */
const MAX_DATA = { image: 5 * MEGABYTE, other: 16 * MEGABYTE }

interface Parts {
  job: Job
  account: Account
  /** Asks Runway where to upload a file. */
  begin: (filename: string) => Promise<Static<typeof UploadTarget>>
  signal: AbortSignal
}

/**
 * A file as Runway takes it: by an https URL, else in a data URI, else as an upload that Runway deletes by itself after a
 * while. An upload costs nothing. Throws what a call throws that is not paid.
 */
export async function uriFor({ job, account, begin, signal }: Parts, reference: string): Promise<string> {
  const url = job.urlOf(reference)
  if (url?.startsWith('https:') && url.length <= MAX_URL) return url
  const file = await job.file(reference, signal)
  const data = dataUri(file)
  if (data.length <= (file.mediaType.startsWith('image/') ? MAX_DATA.image : MAX_DATA.other)) return data
  const { uploadUrl, fields = {}, runwayUri } = await begin(file.name)
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', blobOf(file))
  await put(account, uploadUrl, form, signal)
  return runwayUri
}

/** The storage is not Runway itself: it gets no key, and its errors say nothing about the account. */
async function put({ fetch }: Account, url: string, form: FormData, signal: AbortSignal): Promise<void> {
  let status: number
  try {
    const answer = await fetch(url, { method: 'POST', body: form, signal })
    status = answer.status
    await answer.body?.cancel()
  } catch (thrown) {
    throw networkError(thrown, { isPaid: false, signal })
  }
  if (status >= 200 && status < 300) return
  throw new PolyphonyError('vendor_unreachable', `The upload of a file to Runway failed with status ${status}.`)
}

/** Through `post`, since the SDK's own upload takes no signal. */
export function beginUpload(client: RunwayML, filename: string, signal: AbortSignal): PromiseLike<unknown> {
  return client.post('/v1/uploads', { body: { filename, type: 'ephemeral' }, signal })
}
