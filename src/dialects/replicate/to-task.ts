import { replicatePrediction } from '../../catalog/hosted.ts'
import { readInput } from '../../catalog/read-input.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { invalidInput } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { objectIn, webhookIn, withoutPlaceholders } from '../kit/fields.ts'

export const DIALECT = 'replicate'

export const EVENTS = ['start', 'output', 'logs', 'completed'] as const
export type WebhookEvent = (typeof EVENTS)[number]

/** The model or deployment that the path names. */
export type Named = { model: string } | { deployment: string }

/** Reads the body of a create; without `named`, the model is in the body. Throws `invalid_input`. */
export function toTask(body: unknown, named?: Named): Submission {
  const {
    webhook: url,
    webhook_completed: ofEnd,
    webhook_events_filter: filter,
    ...rest
  } = withoutPlaceholders(objectIn(body))
  const fields = named ? { ...rest, ...named } : withModel(rest)
  const input = readInput(replicatePrediction, fields)
  const model = [input.model, input.deployment, input.version].find((one) => typeof one === 'string' && one !== '')
  const submission = { operation: replicatePrediction, input, model: String(model), dialect: DIALECT }
  const hook = webhookOf({ url, ofEnd, filter })
  return hook ? { ...submission, echo: { events: hook.events }, webhook: hook.webhook } : submission
}

interface Hooks {
  url: Json | undefined
  ofEnd: Json | undefined
  filter: Json | undefined
}

/** `webhook_completed` is what `webhook` was before events could be chosen (2023-02-10), and still works: the end alone. */
function webhookOf({ url, ofEnd, filter }: Hooks) {
  const events = eventsOf(filter)
  const { webhook } = webhookIn('webhook', url)
  const { webhook: old } = webhookIn('webhook_completed', ofEnd)
  if (!webhook) return old && { webhook: old, events: ['completed'] satisfies WebhookEvent[] }
  if (old && old.url !== webhook.url) throw invalidInput('webhook_completed', 'must be the address in webhook')
  return { webhook, events }
}

/** A `version` is the id of one, `owner/name` or `owner/name:id`; some relays take `model` in its place. */
function withModel({ version, ...rest }: JsonObject): JsonObject {
  if (version === undefined) {
    if (rest.model === undefined) throw invalidInput('version', 'is required')
    return rest
  }
  if (typeof version !== 'string') throw invalidInput('version', 'must be a string')
  const [, model, id = ''] = /^([^:/]*\/[^:]*)(?::(.*))?$/s.exec(version) ?? []
  if (model === undefined) return { ...rest, version }
  if (!/^[\w.-]+\/[\w.-]+$/.test(model)) {
    throw invalidInput('version', 'must be the id of a version, owner/name or owner/name:id')
  }
  return { ...rest, model, version: id }
}

function eventsOf(filter: Json | undefined): WebhookEvent[] {
  if (filter === undefined) return ['output', 'completed']
  const isEvent = (one: Json): one is WebhookEvent => EVENTS.some((event) => event === one)
  if (!Array.isArray(filter) || !filter.every(isEvent)) {
    throw invalidInput('webhook_events_filter', `must be a list of ${EVENTS.join(', ')}`)
  }
  return filter.length === 0 ? ['output', 'completed'] : filter
}

/** `30s`, `2m`, `1h30m` or seconds alone, in the header `Cancel-After`; here they count from the begin of the work. */
export function cancelledAfter(submission: Submission, header: string | string[] | undefined): Submission {
  if (header === undefined || header === '') return submission
  const [, hours, minutes, seconds] = /^(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(String(header)) ?? []
  const afterMs = Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS + Number(seconds ?? 0) * SECOND_MS
  if (afterMs < LEAST_AFTER_MS)
    throw invalidInput('Cancel-After', 'must be a time of at least 5 seconds, such as 30s or 1m30s')
  const timeoutMs = Math.min(submission.operation.timeoutMs, afterMs)
  const { operation, echo } = submission
  return { ...submission, operation: { ...operation, timeoutMs }, echo: { ...echo, cancel_after_ms: afterMs } }
}

const LEAST_AFTER_MS = 5 * SECOND_MS
const MAX_WAIT_SECONDS = 60

/** Seconds that `Prefer: wait` or `wait=n` asks to be held; a preference of more than a minute is met as far as that. */
export function waitOf(prefer: string | string[] | undefined): number | undefined {
  const preferences = [prefer ?? ''].flat().flatMap((header) => header.split(/[,;]/))
  for (const preference of preferences) {
    const [found, seconds = MAX_WAIT_SECONDS] = /^wait(?:\s*=\s*"?(\d{1,9})"?)?$/i.exec(preference.trim()) ?? []
    if (found !== undefined) return Math.max(1, Math.min(MAX_WAIT_SECONDS, Number(seconds)))
  }
  return undefined
}
