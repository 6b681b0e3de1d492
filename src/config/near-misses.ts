import type { Env } from './sources.ts'

const PREFIX = 'POLYPHONY_'
/** Names that Kubernetes and Docker links set for a service that is called "polyphony". */
const OF_A_SERVICE = /^POLYPHONY(_\w+)?_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/
/** Shorter names resemble too many others. */
const MIN_LENGTH = 10
const MAX_DISTANCE = 2
const CREDENTIAL = /^([A-Z0-9]{3,})(?:_API)?_(?:KEY|TOKEN|SECRET)$/

/**
 * Warnings about variables that are probably meant for the gateway, and that it does not read: unknown ones that begin with
 * POLYPHONY_, and those whose names resemble a known one that is not set.
 */
export function nearMisses(env: Env, known: readonly string[]): string[] {
  const names = new Set(known)
  const isSet = (name: string): boolean => Boolean(env[name] || env[`${name}_FILE`])
  const warnings: string[] = []
  for (const [given, value] of Object.entries(env)) {
    const name = given.endsWith('_FILE') ? given.slice(0, -'_FILE'.length) : given
    if (!value || names.has(given) || names.has(name) || isOfService(given, value)) continue
    const meant = nearest(name, known)
    if (name.startsWith(PREFIX)) {
      warnings.push(`${given} is not a setting${meant === undefined ? '.' : `; was ${meant} meant?`}`)
    } else if (meant !== undefined && !isSet(meant)) {
      warnings.push(`${given} is not read; was ${meant} meant?`)
    }
  }
  return warnings
}

function isOfService(name: string, value: string): boolean {
  return OF_A_SERVICE.test(name) || (name === 'POLYPHONY_PORT' && value.includes('://'))
}

/** The known name that was probably meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .filter((one) => Math.min(one.length, name.length) >= MIN_LENGTH)
    .map((one) => ({ one, distance: distance(name, one) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.one ?? withPrefix(name, known) ?? sameVendor(name, known)
}

/** MEDIA_DAYS for POLYPHONY_MEDIA_DAYS, and POLYPHONY_PORT for PORT. */
function withPrefix(name: string, known: readonly string[]): string | undefined {
  if (name.startsWith(PREFIX)) return known.find((one) => one === name.slice(PREFIX.length))
  return name.includes('_') ? known.find((one) => one === PREFIX + name) : undefined
}

/** FAL_API_KEY for FAL_KEY, REPLICATE_API_KEY for REPLICATE_API_TOKEN. */
function sameVendor(name: string, known: readonly string[]): string | undefined {
  const vendor = CREDENTIAL.exec(name)?.[1]
  if (vendor === undefined) return undefined
  return known.find((one) => {
    const other = CREDENTIAL.exec(one)?.[1]
    return other !== undefined && (other.startsWith(vendor) || vendor.startsWith(other))
  })
}

/** Levenshtein's distance, or more than MAX_DISTANCE where that is certain at once. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_DISTANCE) return MAX_DISTANCE + 1
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (let at = 0; at < b.length; at += 1) {
      const replaced = (row[at] ?? 0) + (letter === b[at] ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    if (Math.min(...next) > MAX_DISTANCE) return MAX_DISTANCE + 1
    row = next
  }
  return row[b.length] ?? 0
}
