import { falRequest } from '../../catalog/hosted.ts'
import { readInput } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { objectIn, webhookIn } from '../kit/fields.ts'

export const DIALECT = 'fal'

/** In the catalogue the model's fields are below `input`; here they are the body. */
const NAMES = { input: '' }

/** Reads the body of a request to a model: it is the model's input as it is. Throws `invalid_input`, `not_found`. */
export function toTask(model: string, body: unknown, webhook?: string): Submission {
  const parts = model.split('/')
  if (parts.length < 2 || parts.includes('')) {
    throw new PolyphonyError('not_found', `"${model}" is not a model: the name of a model has the form owner/app.`)
  }
  // A model without required fields may be called without a body.
  const input = readInput(falRequest, { model, input: objectIn(body ?? {}) }, NAMES)
  return { operation: falRequest, input, names: NAMES, model, dialect: DIALECT, ...webhookIn('fal_webhook', webhook) }
}
