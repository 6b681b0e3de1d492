import { type Static, Type } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { dataResult, imagesResult, partlyHeldBack, textsResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Failure, Job, Provider, Submitted } from '../provider.ts'
import { bodyOf, PATHS } from './requests.ts'
import { Descriptions, Layers, type Picture, Pictures, Prompt } from './wire.ts'

/**
 * Ideogram's older API and those of Ideogram 3, 4 and 4.5 by their synchronous routes, which answer with the finished
 * pictures. They have no idempotency keys, and no list of results, so a lost answer is not found again.
 */
export function ideogramProvider(): Provider {
  return {
    id: 'ideogram',
    operations: new Set(Object.keys(PATHS)),
    async submit(job, account, signal) {
      const { path } = PATHS[job.operation] ?? {}
      if (path === undefined) throw new PolyphonyError('no_provider', `Ideogram does not perform ${job.operation}.`)
      const body = await bodyOf(job, signal)
      const answer = await callIdeogram(account, { method: 'POST', path, ...body, signal, isPaid: true })
      return resultOf(job, account, readAnswer(ANSWER, answer, 'Ideogram', { isPaid: true }))
    },
    async probe(account, signal) {
      // A gateway without a list of models may still work: the first task shows it.
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

const ANSWER = Type.Union([Descriptions, Pictures, Prompt, Layers])

function resultOf(job: Job, account: Account, answer: Static<typeof ANSWER>): Submitted {
  if ('descriptions' in answer) return descriptionsResult(answer)
  if ('json_prompt' in answer) {
    const { json_prompt, aspect_ratio } = answer
    return { result: dataResult({ json_prompt, ...(aspect_ratio === undefined ? {} : { aspect_ratio }) }) }
  }
  if ('base_image_url' in answer) {
    const { base_image_url, text_blocks: textBlocks, seed } = answer
    return { result: imagesResult(job, [fileAt(account, base_image_url)], { seeds: [seed], textBlocks }) }
  }
  return picturesResult(job, account, answer)
}

async function callIdeogram(account: Account, options: Call): Promise<Json> {
  const headers = { 'api-key': account.settings.apiKey ?? '' }
  return (await callVendor(account, { errorOf, ...options, headers })).body
}

/** The safety check refuses a prompt or a picture with 422, which has no other use. */
function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  if (status !== 422) return undefined
  return new PolyphonyError('content_moderated', message || 'Ideogram’s safety check refused the request.')
}

function descriptionsResult({ descriptions }: Static<typeof Descriptions>): Submitted {
  const texts = descriptions.map(({ text }) => text)
  return texts.length > 0 ? { result: textsResult(texts) } : { failed: { reason: 'Ideogram returned no description.' } }
}

function picturesResult(job: Job, account: Account, { data }: Static<typeof Pictures>): Submitted {
  const shown = data.flatMap(({ url, is_image_safe: isSafe, seed }) =>
    isSafe !== false && url !== undefined ? [{ source: fileAt(account, url), seed }] : [],
  )
  if (shown.length === 0) return { failed: failureOf(data) }
  const sources = shown.map(({ source }) => source)
  const seeds = shown.map(({ seed }) => seed)
  return { result: partlyHeldBack(imagesResult(job, sources, { seeds }), 'Ideogram', data.length - shown.length) }
}

function failureOf(pictures: readonly Static<typeof Picture>[]): Failure {
  const isModerated = pictures.some(({ is_image_safe: isSafe }) => isSafe === false)
  if (!isModerated) return { reason: 'Ideogram returned no picture.' }
  return { reason: 'Ideogram’s safety check held back every picture.', isModerated }
}
