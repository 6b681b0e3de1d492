import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { withUrls } from '../kit/input-files.ts'
import { readAnswer, readIfFits } from '../kit/read-wire.ts'
import { imagesResult, outputSpecFor, type Source } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Provider, Submitted } from '../provider.ts'
import { TOOLS, type Tool } from './operations.ts'
import { ErrorBody, Pictures } from './wire.ts'

/**
 * Recraft, which answers with the finished pictures. Its JSON takes files by URL and as data URIs alike. It has no
 * idempotency keys, no callbacks and no list of results, so a lost answer is not found again.
 */
export function recraftProvider(): Provider {
  return {
    id: 'recraft',
    operations: new Set(Object.keys(TOOLS)),
    async submit(job, account, signal) {
      const tool = TOOLS[job.operation]
      if (!tool) throw new PolyphonyError('no_provider', `Recraft does not perform ${job.operation}.`)
      const json = await requestOf(job, tool, signal)
      const { body } = await callRecraft(account, {
        method: 'POST',
        path: `images/${tool.path}`,
        json,
        signal,
        isPaid: true,
        hasFiles: true,
      })
      return resultOf(job, account, readAnswer(Pictures, body, 'Recraft', { isPaid: true }))
    },
    async probe(account, signal) {
      await callRecraft(account, { path: 'users/me', signal })
    },
  }
}

function callRecraft(account: Account, options: Call) {
  const headers = { authorization: `Bearer ${account.settings.apiKey}` }
  return callVendor(account, { ...options, headers, errorOf })
}

/** Refuses a field that the catalogue knows and this path does not: dropping it would change the picture. */
async function requestOf(job: Job, { fields, path }: Tool, signal: AbortSignal): Promise<JsonObject> {
  const given = Object.entries(job.input).filter(([, value]) => value !== '' && value !== null)
  const known = getOperation(job.operation).input.properties
  const unmet = given.find(([name, value]) => name in known && !fields.includes(name) && !isEmpty(value))
  if (unmet) throw new PolyphonyError('vendor_refused', `Recraft has no ${unmet[0]} at ${path}.`)
  const input = await withUrls(job, signal)
  // A drawing is always SVG, so the format applies to other pictures only.
  const names = given.map(([name]) => name).filter((name) => name !== 'image_format' || !isDrawing(job))
  const taken = names.filter((name) => fields.includes(name)).map((name) => [name, input[name] ?? null] as const)
  return { ...Object.fromEntries(taken), response_format: 'url' }
}

/** A drawing of shapes, which is delivered as SVG. */
function isDrawing(job: Job): boolean {
  return outputSpecFor(job, 'pictures').mediaType === 'image/svg+xml'
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) && value.length === 0
}

function resultOf(job: Job, account: Account, answer: Static<typeof Pictures>): Submitted {
  const { credits } = answer
  const pictures = 'data' in answer ? answer.data : [answer.image]
  const sources = pictures.flatMap(({ url, b64_json }): Source[] => {
    if (url !== undefined) return [fileAt(account, url)]
    return b64_json === undefined ? [] : [Buffer.from(b64_json, 'base64')]
  })
  if (sources.length === 0) return { failed: { reason: 'Recraft returned no picture.' } }
  const result = imagesResult(job, sources)
  return {
    result: {
      ...result,
      // The bytes of an SVG do not show its media type.
      files: isDrawing(job) ? result.files.map((file) => ({ ...file, mediaType: 'image/svg+xml' })) : result.files,
      logs: credits === undefined ? [] : [`Recraft took ${credits} credits`],
    },
  }
}

/** Recraft's codes say more than the status (inferred: the API's description shows none). */
function errorOf({ body, message }: { body: Json; message: string }): PolyphonyError | undefined {
  const code = readIfFits(ErrorBody, body)?.code ?? ''
  const words = message || code
  if (code === 'not_enough_credits') return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return speaksOfModeration(code) ? new PolyphonyError('content_moderated', words) : undefined
}
