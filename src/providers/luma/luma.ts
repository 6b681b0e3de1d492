import LumaAI, { type ClientOptions } from 'lumaai'
import type { Static } from 'typebox'
import { VENDOR_TIMEOUT_MS } from '../../assets/fetch-through.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { withFiles } from '../kit/input-files.ts'
import { readAnswer, readCallback, WithId } from '../kit/read-wire.ts'
import { imagesResult, videosResult } from '../kit/results.ts'
import { lackOfCredit, sdkCalls } from '../kit/sdk-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { idIn, knownIn, SENDERS, urlFor } from './requests.ts'
import { Generation } from './wire.ts'

const POLL_MS = 3_000

/** The words are inferred. */
const { call, find } = sdkCalls(lackOfCredit(/insufficient credits/i))

/**
 * Luma's Dream Machine through its own package, `lumaai`. The vendor takes no idempotency key, and its list of generations
 * does not say for which task each was made, so a lost answer is found by its callback only.
 */
export function lumaProvider(): Provider {
  return {
    id: 'luma',
    operations: new Set(Object.keys(SENDERS)),
    async submit(job, account, signal) {
      const send = SENDERS[job.operation]
      if (!send) throw new PolyphonyError('no_provider', `Luma does not perform ${job.operation}.`)
      const input = knownIn(job, await withFiles(job, async (reference) => urlFor(job, reference)))
      const request = { client: clientOf(account), input, job, account, signal }
      const answer = await call(() => send(request), { isPaid: true, signal })
      const { id } = readAnswer(WithId, answer, 'Luma', { isPaid: true })
      return { handle: { id }, pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, request) {
      const id = idIn(handle)
      const found = await find(() => clientOf(account).generations.get(id, { signal }), signal)
      if (!found) return { status: 'failed', reason: 'Luma no longer knows the generation.' }
      return progressOf(readAnswer(Generation, found.answer, 'Luma'), request)
    },
    // A generation that is deleted while it is in progress is not finished; one that is finished is destroyed.
    async cancel(handle, account, signal) {
      const id = idIn(handle)
      const { generations } = clientOf(account)
      const found = await find(() => generations.get(id, { signal }), signal)
      if (!found) return
      const { state } = readAnswer(Generation, found.answer, 'Luma')
      if (state === 'completed') {
        throw new PolyphonyError('vendor_refused', 'The generation is completed; it cannot be cancelled any more.')
      }
      await find(() => generations.delete(id, { signal }), signal)
    },
    async receive({ rawBody }) {
      const body = readCallback(WithId, rawBody)
      return body ? { handle: { id: body.id } } : {}
    },
    async probe(account, signal) {
      await call(() => clientOf(account).credits.get({ signal }), { signal })
    },
  }
}

function clientOf({ settings, fetch }: Account): LumaAI {
  return new LumaAI({
    authToken: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    timeout: VENDOR_TIMEOUT_MS,
    maxRetries: 0, // a paid call is made once; the dispatcher decides about another
    fetch: fetch as unknown as NonNullable<ClientOptions['fetch']>, // typed for node-fetch, and called as fetch is
  })
}

function progressOf(
  {
    state,
    failure_reason: reason = 'Luma reported a failure without a reason.',
    assets = {},
  }: Static<typeof Generation>,
  request: TaskRequest,
): Progress {
  if (state === 'failed') return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
  if (state !== 'completed') return { status: 'processing', pollAfterMs: POLL_MS }
  const { video, image } = assets
  // A video may have a picture beside it, which shows what is in it.
  const isPicture = getOperation(request.operation).produces.kind === 'pictures'
  if (isPicture && image) return { status: 'completed', result: imagesResult(request, [fileAtUrl(image)]) }
  if (isPicture || !video) return { status: 'failed', reason: 'Luma reported success without a file.' }
  const cover = image ? { cover: fileAtUrl(image) } : {}
  return { status: 'completed', result: videosResult(request, [{ video: fileAtUrl(video), ...cover }]) }
}
