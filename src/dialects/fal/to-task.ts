import { falRequest } from '../../catalog/hosted.ts'
import { readInput } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { objectIn } from '../kit/body.ts'

/** What a body asks for. */
export type Wish = Pick<Submission, 'operation' | 'input' | 'model' | 'echo' | 'webhook'>

/** Reads the body of a request to a model: it is the model's input as it stands. Throws `invalid_input`, `not_found`. */
export function toTask(model: string, body: unknown, webhook?: string): Wish {
  const parts = model.split('/')
  if (parts.length < 2 || parts.includes('')) {
    throw new PolyphonyError('not_found', `"${model}" is no model: its name has the form owner/app.`)
  }
  // A model that needs nothing may be asked without a body.
  const input = readInput(falRequest, { model, input: objectIn(body ?? {}) })
  const wish = { operation: falRequest, input, model }
  if (webhook === undefined || webhook === '') return wish
  return { ...wish, echo: { fal_webhook: webhook }, webhook: { field: 'fal_webhook', url: webhook } }
}
