import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { withUrls } from '../kit/input-files.ts'
import { imagesResult, outputSpecFor, type Source } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Provider, Submitted } from '../provider.ts'
import { TOOLS, type Tool } from './operations.ts'

/**
 * Recraft, which answers when the pictures are made. Its JSON takes files by URL and as data URIs alike. It knows neither
 * idempotency keys nor callbacks nor a list of what was made, so a lost answer is not found again.
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
      return resultOf(job, account, isJsonObject(body) ? body : {})
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

/** Throws for a field that the catalogue knows and this route has not: the caller would miss it in the picture. */
async function requestOf(job: Job, { fields, path }: Tool, signal: AbortSignal): Promise<JsonObject> {
  const given = Object.entries(job.input).filter(([, value]) => value !== '' && value !== null)
  const known = getOperation(job.operation).input.properties
  const unmet = given.find(([name, value]) => name in known && !fields.includes(name) && !isEmpty(value))
  if (unmet) throw new PolyphonyError('vendor_refused', `${unmet[0]} is not taken by Recraft at ${path}.`)
  const input = await withUrls(job, signal)
  // The format is that of what is no drawing.
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

/** Most answer with a list under `data`, the tools with one picture under `image`. */
function resultOf(job: Job, account: Account, { data, image, credits }: JsonObject): Submitted {
  const pictures = (Array.isArray(data) ? data : [image ?? null]).filter(isJsonObject)
  const sources = pictures.flatMap(({ url, b64_json }): Source[] => {
    if (typeof url === 'string' && url !== '') return [fileAt(account, url)]
    return typeof b64_json === 'string' && b64_json !== '' ? [Buffer.from(b64_json, 'base64')] : []
  })
  if (sources.length === 0) return { failed: { reason: 'Recraft answered without a picture.' } }
  const result = imagesResult(job, sources)
  return {
    result: {
      ...result,
      // A drawing is text, which tells of itself nothing.
      files: isDrawing(job) ? result.files.map((file) => ({ ...file, mediaType: 'image/svg+xml' })) : result.files,
      logs: typeof credits === 'number' ? [`Recraft took ${credits} credits`] : [],
    },
  }
}

/** Its codes say more than the status (inferred: the API's description shows none). */
function errorOf({ body, message }: { body: Json; message: string }): PolyphonyError | undefined {
  const code = isJsonObject(body) && typeof body.code === 'string' ? body.code : ''
  const words = message || code
  if (code === 'not_enough_credits') return new PolyphonyError('account_refused', words, { lacks: 'credit' })
  return speaksOfModeration(code) ? new PolyphonyError('content_moderated', words) : undefined
}
