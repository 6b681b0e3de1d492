import { isJsonObject, type Json } from '../core/json.ts'

/** Where answers of the vendors' formats have what a model has written: text, reasoning, refusals and arguments of tools. */
const WRITTEN: ReadonlySet<string> = new Set([
  'text',
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'thinking',
  'arguments',
  'input',
  'args',
])

/** How many UTF-16 units a model has written in a whole answer of any format. */
export function charactersIn(answer: Json): number {
  if (Array.isArray(answer)) return answer.reduce<number>((sum, one) => sum + charactersIn(one), 0)
  if (!isJsonObject(answer)) return 0
  let sum = 0
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined) continue
    if (!WRITTEN.has(name)) sum += charactersIn(value)
    else if (typeof value === 'string') sum += value.length
    // Arguments of a tool come as an object, too.
    else if (isJsonObject(value) && (name === 'input' || name === 'args')) sum += JSON.stringify(value).length
    else sum += charactersIn(value)
  }
  return sum
}
