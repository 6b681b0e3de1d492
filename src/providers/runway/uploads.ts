import type RunwayML from '@runwayml/sdk'
import { PolyphonyError } from '../../core/errors.ts'
import { blobOf, dataUri } from '../kit/input-files.ts'
import { networkError } from '../kit/vendor-errors.ts'
import type { Account, Job } from '../provider.ts'

const MAX_URL = 2_048
const MEGABYTE = 2 ** 20
/** How long a data URI may be; what is larger is uploaded. */
const MAX_DATA = { image: 5 * MEGABYTE, other: 16 * MEGABYTE }

interface UploadTarget {
  uploadUrl: string
  fields: Record<string, string>
  runwayUri: string
}

interface Parts {
  job: Job
  account: Account
  /** The first half of an upload, which Runway answers. */
  begin: (filename: string) => Promise<UploadTarget>
  signal: AbortSignal
}

/**
 * A file as Runway takes it: by an https URL, else in a data URI, else as an upload that it deletes by itself after a
 * while. An upload costs nothing. Throws what a call throws that is not paid.
 */
export async function uriFor({ job, account, begin, signal }: Parts, reference: string): Promise<string> {
  const url = job.urlOf(reference)
  if (url?.startsWith('https:') && url.length <= MAX_URL) return url
  const file = await job.file(reference, signal)
  const data = dataUri(file)
  if (data.length <= (file.mediaType.startsWith('image/') ? MAX_DATA.image : MAX_DATA.other)) return data
  const { uploadUrl, fields, runwayUri } = await begin(file.name)
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', blobOf(file))
  await put(account, uploadUrl, form, signal)
  return runwayUri
}

/** The files' store is not Runway itself: it gets no key, and what it says is not about the account. */
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

/** By hand, since the package's own upload cannot be ended by a signal. */
export async function beginUpload(client: RunwayML, filename: string, signal: AbortSignal): Promise<UploadTarget> {
  const body = { filename, type: 'ephemeral' }
  const { uploadUrl, fields, runwayUri } = await client.post<Partial<UploadTarget>>('/v1/uploads', { body, signal })
  if (uploadUrl !== undefined && runwayUri !== undefined) return { uploadUrl, fields: fields ?? {}, runwayUri }
  throw new PolyphonyError('vendor_unreachable', 'Runway names no place for an upload.')
}
