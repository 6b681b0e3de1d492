import LumaAI, { type ClientOptions } from 'lumaai'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { withFiles } from '../kit/input-files.ts'
import { imagesResult, videosResult } from '../kit/results.ts'
import { packageCalls, withoutCredit } from '../kit/sdk-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { idIn, knownIn, SENDERS, urlFor } from './requests.ts'

type Generation = LumaAI.Generation

const POLL_MS = 3_000

/** The words are inferred. */
const { answered, found } = packageCalls(withoutCredit(/insufficient credits/i))

/**
 * Luma's Dream Machine through its own package, `lumaai`. The vendor takes no idempotency key and lists what was made
 * without saying for whom, so a lost answer is not found again: only a callback can tell of it.
 */
export function lumaProvider(): Provider {
  return {
    id: 'luma',
    operations: new Set(Object.keys(SENDERS)),
    async submit(job, account, signal) {
      const send = SENDERS[job.operation]
      if (!send) throw new PolyphonyError('no_provider', `Luma does not perform ${job.operation}.`)
      const input = knownIn(job, await withFiles(job, async (reference) => urlFor(job, reference)))
      const call = { client: clientOf(account), input, job, account, signal }
      const generation = await answered(() => send(call), { isPaid: true, signal })
      return { handle: handleOf(generation), pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, request) {
      const generation = await found(() => clientOf(account).generations.get(idIn(handle), { signal }), signal)
      return generation
        ? progressOf(generation, request)
        : { status: 'failed', reason: 'Luma does not know it any more.' }
    },
    // A generation that is deleted while it is made is not made to its end.
    async cancel(handle, account, signal) {
      await found(() => clientOf(account).generations.delete(idIn(handle), { signal }), signal)
    },
    async receive({ rawBody }) {
      const body: unknown = JSON.parse(rawBody)
      return isJsonObject(body) && typeof body.id === 'string' ? { handle: { id: body.id } } : {}
    },
    async probe(account, signal) {
      await answered(() => clientOf(account).credits.get({ signal }), { isPaid: false, signal })
    },
  }
}

function clientOf({ settings, fetch }: Account): LumaAI {
  return new LumaAI({
    authToken: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    maxRetries: 0, // a paid call is made once; what follows is for the dispatcher to say
    fetch: fetch as unknown as NonNullable<ClientOptions['fetch']>, // typed for node-fetch, and called as fetch is
  })
}

function handleOf({ id }: Generation): JsonObject {
  if (!id) throw vendorError({ status: 502, message: 'Luma accepted the generation and named no id.', isPaid: true })
  return { id }
}

function progressOf({ state, failure_reason, assets }: Generation, request: TaskRequest): Progress {
  if (state === undefined) {
    throw new PolyphonyError('vendor_unreachable', 'Luma answers, and says nothing of the generation.')
  }
  if (state === 'failed') {
    const reason = failure_reason || 'Luma says that it failed, and not why.'
    return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
  }
  if (state !== 'completed') return { status: 'processing', pollAfterMs: POLL_MS }
  const { video, image } = assets ?? {}
  // A video may have a picture beside it, which shows what is in it.
  const isPicture = getOperation(request.operation).produces.kind === 'pictures'
  if (isPicture && image) return { status: 'completed', result: imagesResult(request, [{ url: image }]) }
  if (isPicture || !video) return { status: 'failed', reason: 'Luma says that it is done, and delivered nothing.' }
  const cover = image ? { cover: { url: image } } : {}
  return { status: 'completed', result: videosResult(request, [{ video: { url: video }, ...cover }]) }
}
