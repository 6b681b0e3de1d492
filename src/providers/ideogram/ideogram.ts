import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { imagesResult, textsResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Failure, Job, Provider, Submitted } from '../provider.ts'
import { bodyOf, PATHS } from './requests.ts'

/**
 * Ideogram's older API and that of Ideogram 3, which answer when the pictures are made. They know neither idempotency keys
 * nor callbacks nor a list of what was made, so a lost answer is not found again.
 */
export function ideogramProvider(): Provider {
  return {
    id: 'ideogram',
    operations: new Set(Object.keys(PATHS)),
    async submit(job, account, signal) {
      const { path, isNested = false } = PATHS[job.operation] ?? {}
      if (path === undefined) throw new PolyphonyError('no_provider', `Ideogram does not perform ${job.operation}.`)
      const body = await bodyOf(job, isNested, signal)
      const answer = await callIdeogram(account, { method: 'POST', path, ...body, signal, isPaid: true })
      return 'descriptions' in answer ? descriptionsResult(answer) : picturesResult(job, account, answer)
    },
    async probe(account, signal) {
      // A gateway that has no list of models may work nevertheless: a task will tell.
      const none = new PolyphonyError('not_found', 'There is no list of models.')
      try {
        await callIdeogram(account, {
          path: 'models',
          signal,
          errorOf: ({ status }) => (status === 404 ? none : undefined),
        })
      } catch (error) {
        if (error !== none) throw error
      }
    },
  }
}

async function callIdeogram(account: Account, options: Call): Promise<JsonObject> {
  const headers = { 'api-key': account.settings.apiKey ?? '' }
  const { body } = await callVendor(account, { errorOf: errorOf, ...options, headers })
  return isJsonObject(body) ? body : {}
}

/** 422 says that the safety check refused the prompt or a picture, and nothing else. */
function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  if (status !== 422) return undefined
  return new PolyphonyError('content_moderated', message || 'Ideogram’s safety check refused it.')
}

function descriptionsResult({ descriptions }: JsonObject): Submitted {
  const all = Array.isArray(descriptions) ? descriptions.filter(isJsonObject) : []
  const texts = all.flatMap(({ text }) => (typeof text === 'string' && text !== '' ? [text] : []))
  return texts.length > 0 ? { result: textsResult(texts) } : { failed: { reason: 'Ideogram described nothing.' } }
}

/** A picture that is not safe has no address, and the others are delivered without it. */
function picturesResult(job: Job, account: Account, { data }: JsonObject): Submitted {
  const all = Array.isArray(data) ? data.filter(isJsonObject) : []
  const urls = all.flatMap(({ url, is_image_safe: isSafe }) =>
    isSafe !== false && typeof url === 'string' && url !== '' ? [url] : [],
  )
  if (urls.length === 0) return { failed: failureOf(all) }
  const held = all.length - urls.length
  const logs = held === 0 ? [] : [`Ideogram’s safety check held back ${held} of ${all.length} pictures`]
  return {
    result: {
      ...imagesResult(
        job,
        urls.map((url) => fileAt(account, url)),
      ),
      logs,
    },
  }
}

function failureOf(pictures: JsonObject[]): Failure {
  const isModerated = pictures.some(({ is_image_safe: isSafe }) => isSafe === false)
  if (!isModerated) return { reason: 'Ideogram answered without a picture.' }
  return { reason: 'Ideogram’s safety check held back what was drawn.', isModerated }
}
