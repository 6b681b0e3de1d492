import { invalidInput } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isPlaceholder, numeralIn } from '../../core/sent-values.ts'
import { callMagicIn } from './call-magic.ts'
import type { Answer } from './calls.ts'
import { failureOf } from './language-model.ts'
import { textIn, tokens } from './tokens.ts'

const MAX_DIMENSIONS = 4_096
/** As OpenAI has them: https://platform.openai.com/docs/api-reference/embeddings/create. */
const MAX_TEXTS = 2_048
const MAX_TOKENS = 8_192

/** As many as the vendors' models have, so that a table that is made for them fits. */
const DIMENSIONS: readonly [name: RegExp, dimensions: number][] = [
  [/text-embedding-3-large/, 3_072],
  [/gemini-embedding/, 3_072],
  [/text-embedding-00\d|embedding-001/, 768],
]
const USUAL_DIMENSIONS = 1_536

/** https://platform.openai.com/docs/api-reference/embeddings: of texts, or of lists of tokens. */
export function embeddingsAnswer(
  { input = '', dimensions, encoding_format: encoding }: JsonObject,
  model: string,
): Answer {
  const size = sizeOf(dimensions, 'dimensions', model)
  const texts = textsOf(input)
  const isBase64 = encoding === 'base64'
  if (!isPlaceholder(encoding) && !isBase64 && encoding !== 'float')
    throw invalidInput('encoding_format', `must be float or base64, not ${JSON.stringify(encoding)}`)
  const data = texts.map((text, index) => {
    const values = vectorOf(text, size, 'input')
    return { object: 'embedding', index, embedding: isBase64 ? base64Of(values) : values }
  })
  const read = texts.reduce((sum, text) => sum + tokens(text), 0)
  return { json: { object: 'list', data, model, usage: { prompt_tokens: read, total_tokens: read } } }
}

/** https://ai.google.dev/api/embeddings: one for each request. */
export function geminiEmbeddings(requests: readonly JsonObject[], model: string): JsonObject[] {
  return requests.map(({ content, outputDimensionality: wanted }) => ({
    values: vectorOf(textIn(content), sizeOf(wanted, 'outputDimensionality', model), 'content'),
  }))
}

function textsOf(input: Json): string[] {
  if (!Array.isArray(input)) return [textIn(input)]
  if (input.length > MAX_TEXTS && typeof input[0] !== 'number')
    throw invalidInput('input', `must have at most ${MAX_TEXTS} elements`)
  // One list of tokens is one text.
  if (input.every((one) => typeof one === 'number')) return [input.join(' ')]
  return input.map((one) => (Array.isArray(one) ? one.join(' ') : textIn(one)))
}

function sizeOf(wanted: Json | undefined, field: string, model: string): number {
  if (isPlaceholder(wanted)) return DIMENSIONS.find(([name]) => name.test(model))?.[1] ?? USUAL_DIMENSIONS
  const size = typeof wanted === 'string' ? numeralIn(wanted) : wanted
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= MAX_DIMENSIONS) return size
  throw invalidInput(field, `must be a whole number from 1 to ${MAX_DIMENSIONS}, not ${JSON.stringify(wanted)}`)
}

/**
 * A vector of length one, the same for the same text. Each word adds to a place of its own, so texts that share words are
 * near each other, and a search over them finds what it should.
 */
function vectorOf(text: string, size: number, field: string): number[] {
  if (tokens(text) > MAX_TOKENS) throw invalidInput(field, `must have at most ${MAX_TOKENS} tokens`)
  const { failure } = callMagicIn(text)
  if (failure !== undefined) throw failureOf(failure)
  const values = new Array<number>(size).fill(0)
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]
  for (const word of words) {
    const place = hashOf(word) % size
    values[place] = (values[place] ?? 0) + 1
  }
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

/** FNV-1a, of 32 bits. */
function hashOf(word: string): number {
  let found = 0x811c9dc5
  for (let at = 0; at < word.length; at++) found = Math.imul(found ^ word.charCodeAt(at), 0x01000193)
  return found >>> 0
}

/** Little-endian floats of 32 bits, as OpenAI's clients ask for. */
function base64Of(values: readonly number[]): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64')
}
