import { PolyphonyError } from '../core/errors.ts'

/** What holds JSON of callers and vendors, whose fields may have any name. */
const JSON_FIELDS = new Set([
  ...['input', 'echo', 'output', 'handle', 'body', 'from', 'headers', 'metadata', 'usage', 'conditions'],
  ...['before', 'after'], // of an entry of the audit
])
/** Names of instants, and of spans of which instants are computed. How long something took may be a fraction. */
const TIME = /^(?:now|at|from|to|leaseMs|everyMs|quietMs)$|(?:At|Until|Before|After|From|To)$/

/**
 * The same verbs, which reject an instant that is no whole number of milliseconds. Its type is `number`, as that of the days
 * of which a caller computes it; PostgreSQL would refuse the statement, and with it all that shares its transaction, and
 * SQLite would store a fraction that no other engine reads.
 */
export function wholeInstants<Verbs extends object>(verbs: Verbs): Verbs {
  const checked = Object.entries(verbs).map(([name, verb]) => [
    name,
    (args: unknown) => {
      const fraction = fractionIn(args)
      if (fraction !== undefined) {
        throw new PolyphonyError('internal', `${fraction} of ${name} is no whole number of milliseconds.`)
      }
      return verb(args)
    },
  ])
  return Object.fromEntries(checked) as Verbs // the same names, the same results
}

function fractionIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'number') {
      if (!Number.isSafeInteger(member) && TIME.test(name)) return `${name} (${member})`
    } else if (typeof member === 'object' && !JSON_FIELDS.has(name)) {
      const found = fractionIn(member)
      if (found !== undefined) return found
    }
  }
  return undefined
}
