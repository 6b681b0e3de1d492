import { PolyphonyError } from '../../core/errors.ts'

/**
 * How a protocol spells the fields of an operation: the catalogue's path -> the caller's. `*` stands for a number in
 * both: `elements.*.image_url` -> `image_list.*.image`. What lies below a field that is named goes with it; of several
 * paths, the longest counts.
 */
export type Spelling = Readonly<Record<string, string>>

/** Does what is to be done; an error of ours that comes of it names fields as the caller spelt them. */
export function spelt<T>(spelling: Spelling, act: () => T): T {
  const rethrow = (thrown: unknown): never => {
    throw respelt(thrown, spelling)
  }
  try {
    const done = act()
    return done instanceof Promise ? (done.catch(rethrow) as T) : done // a promise of the same
  } catch (thrown) {
    return rethrow(thrown)
  }
}

/** The same error in the caller's words; whatever is none of ours stays as it is. */
export function respelt(thrown: unknown, spelling: Spelling): unknown {
  if (!(thrown instanceof PolyphonyError)) return thrown
  const { code, message, details } = thrown
  const { field, ...rest } = details
  if (field === undefined) return thrown
  const own = spellingOf(field, spelling)
  // A message begins with its field, and its rule may name others of the same operation.
  const rule = inWords(message.startsWith(field) ? message.slice(field.length) : message, spelling)
  const said = message.startsWith(field) ? own + rule : rule
  return new PolyphonyError(code, said, { ...rest, field: own, cause: thrown.cause })
}

function spellingOf(field: string, spelling: Spelling): string {
  for (const [path, own] of Object.entries(spelling).sort(([a], [b]) => b.length - a.length)) {
    const pattern = path.replaceAll('.', '\\.').replaceAll('*', '(\\d+)')
    const found = new RegExp(`^${pattern}(?=\\.|$)`).exec(field)
    if (!found) continue
    let number = 0
    return own.replaceAll('*', () => found[++number] ?? '0') + field.slice(found[0].length)
  }
  return field
}

/** What is quoted is a value, and stays; so does a name that may as well be a word, such as "elements". */
function inWords(rule: string, spelling: Spelling): string {
  const names = Object.keys(spelling).filter((path) => /^[a-z]+_[a-z_]*$/.test(path))
  if (names.length === 0) return rule
  const pattern = new RegExp(`"(?:[^"\\\\]|\\\\.)*"|\\b(${names.join('|')})\\b`, 'g')
  return rule.replace(pattern, (whole, name?: string) => (name === undefined ? whole : (spelling[name] ?? whole)))
}
