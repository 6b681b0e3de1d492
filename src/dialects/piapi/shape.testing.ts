import { isJsonObject } from '../../core/json.ts'

/**
 * Where an answer has another form than an example: a key that is missing, added, spelt in another case or (with
 * `ordered`) in another place, or another JSON type. Every element of an array is held against the example's first.
 */
export function shapeDifferences(
  example: unknown,
  answer: unknown,
  { ordered = true, at = '$' }: { ordered?: boolean; at?: string } = {},
): string[] {
  if (typeOf(example) !== typeOf(answer)) return [`${at}: ${typeOf(answer)} in place of ${typeOf(example)}`]
  if (Array.isArray(example) && Array.isArray(answer)) {
    if (example.length === 0) return []
    return answer.flatMap((one, index) => shapeDifferences(example[0], one, { ordered, at: `${at}[${index}]` }))
  }
  if (!isJsonObject(example) || !isJsonObject(answer)) return []
  const [wanted, found] = [Object.keys(example), Object.keys(answer)]
  const keys = [
    ...wanted.filter((name) => !found.includes(name)).map((name) => `${at}.${name}: missing`),
    ...found.filter((name) => !wanted.includes(name)).map((name) => `${at}.${name}: added`),
  ]
  if (ordered && keys.length === 0 && wanted.join() !== found.join()) keys.push(`${at}: in the order ${found.join()}`)
  const inside = wanted.filter((name) => found.includes(name))
  return [
    ...keys,
    ...inside.flatMap((name) => shapeDifferences(example[name], answer[name], { ordered, at: `${at}.${name}` })),
  ]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
