import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { callMagicIn } from './call-magic.ts'
import type { Answer } from './calls.ts'
import { failureOf } from './language-model.ts'
import { textIn } from './tokens.ts'

/** https://platform.openai.com/docs/api-reference/moderations/object */
const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const
/** What `sandbox:moderation` is taken for. */
const FOUND = 'harassment'

/** A result has some hundred bytes. */
const MAX_TEXTS = 2_048

/** Finds nothing, but in a text with `sandbox:moderation`: a result for each text, or one for a text with its pictures. */
export function moderationAnswer({ input = '' }: JsonObject, model: string): Answer {
  const isListOfTexts = Array.isArray(input) && input.every((one) => typeof one === 'string')
  if (isListOfTexts && input.length > MAX_TEXTS) throw invalidInput('input', `must have at most ${MAX_TEXTS} elements`)
  const texts = isListOfTexts ? input.map(textIn) : [textIn(input)]
  return { json: { id: 'modr-sandbox', model, results: texts.map(resultFor) } }
}

function resultFor(text: string): JsonObject {
  const { failure } = callMagicIn(text)
  if (failure !== undefined && failure !== 'moderation') throw failureOf(failure)
  const flagged = failure === 'moderation'
  const each = <Value>(found: Value, other: Value) =>
    Object.fromEntries(CATEGORIES.map((name) => [name, flagged && name === FOUND ? found : other]))
  return {
    flagged,
    categories: each(true, false),
    category_scores: each(1, 0),
    category_applied_input_types: each<string[]>(['text'], []),
  }
}
