import { findOperation } from '../../catalog/catalog.ts'
import { withOwnNames } from '../../catalog/other-names.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, isText, objectIn } from '../kit/fields.ts'

export const DIALECT = 'polyphony'

const NAMES = { '': 'input' }

/**
 * The body of `POST /polyphony/v1/tasks`: an operation by its id in the catalogue, its input as the catalogue has it, and
 * the webhook's URL. Throws `invalid_input` and `unknown_operation`.
 */
export function toTask(raw: unknown): Submission {
  const body = objectIn(raw)
  const webhook = webhookIn(body)
  const operation = operationIn(body.operation)
  if (body.input === undefined) throw invalidInput('input', 'is required')
  const { fields, names } = withOwnNames(operation, body.input, NAMES)
  return { operation, input: readInput(operation, fields, names), names, dialect: DIALECT, ...webhook }
}

function operationIn(id: Json | undefined): Submission['operation'] {
  if (!isText(id))
    throw invalidInput('operation', id === undefined ? 'is required' : 'must be an id such as "suno/music"')
  const operation = findOperation(id)
  if (operation) return operation
  const list = 'GET /polyphony/v1/operations lists those that there are'
  throw new PolyphonyError('unknown_operation', `operation "${id}" is not known; ${list}.`, { field: 'operation' })
}

function webhookIn({ webhook }: JsonObject): Pick<Submission, 'webhook'> {
  if (!isGiven(webhook)) return {}
  if (!isText(webhook)) throw invalidInput('webhook', 'must be a URL')
  return { webhook: { field: 'webhook', url: webhook } }
}
