import { findOperation, listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { withOwnNames } from '../../catalog/other-names.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, objectIn, optionalFlag } from '../kit/fields.ts'
import { textOf } from '../kit/requests.ts'
import { formOf } from './families.ts'
import { olderForm } from './older-forms.ts'

export const PIAPI = 'piapi'

const NAMES: FieldNames = { '': 'input' }
const SERVICE_MODES = ['', 'public', 'private']

/** `config` as it is answered: both webhook keys always present, the secret in clear. */
export type Config = {
  service_mode: string
  webhook_config: { endpoint: string; secret: string }
}

/** What a task echoes of it; the address of its webhook is a member of the task itself. */
export type ConfigEcho = {
  service_mode: string
  webhook_config: { secret: string }
}

export function echoOf({ service_mode, webhook_config: { secret } }: Config): ConfigEcho {
  return { service_mode, webhook_config: { secret } }
}

/** The body of `POST /api/v1/task`, as a request for an operation. Throws `invalid_input` and `unknown_operation`. */
export function toTask(raw: unknown): Submission {
  const body = objectIn(raw)
  const model = nonEmpty(body, 'model')
  const taskType = nonEmpty(body, 'task_type')
  const config = configIn(body.config)
  const isIngested = optionalFlag(body.auto_upload_assets, 'auto_upload_assets')
  const { operation, input, names } = requestOf(model, taskType, body.input, isIngested)
  refuseBesideInput(body, operation)
  if (config.service_mode === 'private' && formOf(operation).isPublicOnly) {
    throw invalidInput('config.service_mode', `must be "public" or "" for ${operation.id}`)
  }
  return {
    operation,
    input,
    names,
    model,
    taskType,
    dialect: PIAPI,
    echo: { ...echoOf(config), ...metadataIn(body.metadata) },
    webhook: webhookOf(config),
    pool: poolOf(config),
  }
}

const WEBHOOK_NAMES = ['webhook', 'webhook_url', 'webhook_endpoint', 'callback_url', 'notify_hook', 'webhook_config']
/** What this body has, or takes beside its input. */
const OWN_FIELDS = ['model', 'task_type', 'input', 'config', 'metadata', 'auto_upload_assets', 'service_mode']

/** Refuses fields that say something elsewhere, and here would say nothing. */
function refuseBesideInput(body: JsonObject, { input }: Operation): void {
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || OWN_FIELDS.includes(name)) continue
    if (WEBHOOK_NAMES.includes(name)) throw invalidInput(name, 'belongs into config.webhook_config, as its endpoint')
    if (Object.hasOwn(input.properties, name)) throw invalidInput(name, 'belongs into input')
  }
}

/** Characters of the metadata of a task, which comes back with every answer about it. */
const MAX_METADATA = 16_384

/** What the caller notes about the task: any JSON, kept and answered as it is. */
function metadataIn(metadata: Json | undefined): { metadata?: Json } {
  if (!isGiven(metadata)) return {}
  if (textOf(metadata).length > MAX_METADATA) {
    throw invalidInput('metadata', `has at most ${MAX_METADATA} characters as JSON`)
  }
  return { metadata }
}

function poolOf({ service_mode: mode }: Config): Submission['pool'] {
  return mode === 'private' || mode === 'public' ? mode : undefined
}

export function webhookOf({ webhook_config: { endpoint } }: Config): Submission['webhook'] {
  return endpoint === '' ? undefined : { field: 'config.webhook_config.endpoint', url: endpoint }
}

/** Models by names that older clients send. */
const OTHER_NAMES = new Map([['wan', 'Wan']])

function requestOf(
  model: string,
  taskType: string,
  input: Json | undefined,
  isIngested: boolean | undefined,
): Required<Pick<Submission, 'operation' | 'input' | 'names'>> {
  const older = olderForm(model, taskType)
  const operation = older?.operation ?? findOperation(`${OTHER_NAMES.get(model) ?? model}/${taskType}`)
  if (!operation) throw unknownOperation(model, taskType)
  if (input === undefined || input === null) throw invalidInput('input', 'is required')
  const { fields: sent, names: own = {} } = older?.read(input) ?? { fields: input }
  const { fields, names } = withOwnNames(operation, sent, { ...NAMES, ...own })
  return { operation, input: readInput(operation, withIngestion(operation, fields, isIngested), names), names }
}

/** One client says beside the input that references are put into the asset library first; others say it in the input. */
function withIngestion({ input }: Operation, fields: Json, isIngested: boolean | undefined): Json {
  if (isIngested === undefined || !isJsonObject(fields) || !('auto_upload_assets' in input.properties)) return fields
  return { auto_upload_assets: isIngested, ...fields }
}

function unknownOperation(model: string, taskType: string): PolyphonyError {
  const types = listOperations().flatMap((one) => (one.model === model ? [one.taskType] : []))
  if (types.length > 0) {
    return new PolyphonyError(
      'unknown_operation',
      `task_type "${taskType}" is invalid for model "${model}"; it has ${types.join(', ')}.`,
      { field: 'task_type' },
    )
  }
  return new PolyphonyError('unknown_operation', `model "${model}" is not known.`, { field: 'model' })
}

/** `config` as it was sent, complete. */
export function configIn(value: Json | undefined): Config {
  const config = objectAt(value, 'config')
  const hook = objectAt(config.webhook_config, 'config.webhook_config')
  const serviceMode = textAt(config.service_mode, 'config.service_mode')
  if (!SERVICE_MODES.includes(serviceMode)) {
    throw invalidInput('config.service_mode', `must be "public", "private" or "", not "${serviceMode}"`)
  }
  return {
    service_mode: serviceMode,
    webhook_config: {
      endpoint: textAt(hook.endpoint, 'config.webhook_config.endpoint'),
      secret: headerTextAt(hook.secret, 'config.webhook_config.secret'),
    },
  }
}

function objectAt(value: Json | undefined, field: string): JsonObject {
  if (!isGiven(value)) return {}
  if (!isJsonObject(value)) throw invalidInput(field, 'must be an object')
  return value
}

function textAt(value: Json | undefined, field: string): string {
  if (!isGiven(value)) return ''
  if (typeof value !== 'string') throw invalidInput(field, 'must be a string')
  return value
}

/** The secret travels as a header, which takes visible ASCII and spaces. */
function headerTextAt(value: Json | undefined, field: string): string {
  const text = textAt(value, field)
  if (!/^[\x20-\x7e]{0,1024}$/.test(text)) throw invalidInput(field, 'must be up to 1024 printable ASCII characters')
  return text
}

function nonEmpty(body: JsonObject, field: string): string {
  const value = body[field]
  if (typeof value !== 'string' || value === '') {
    throw invalidInput(field, value === undefined ? 'is required' : 'must be a non-empty string')
  }
  return value
}
