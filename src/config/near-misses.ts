import { editDistance } from '../core/edit-distance.ts'
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
    const meant = names.has(name.toUpperCase()) ? name.toUpperCase() : nearest(name, known)
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

/** The known name that was probably meant. `shortest`: how many characters a name has at least that may be a misspelling. */
export function nearest(name: string, known: readonly string[], shortest: number = MIN_LENGTH): string | undefined {
  const near = known
    .filter((one) => Math.min(one.length, name.length) >= shortest)
    .map((one) => ({ one, distance: editDistance(name, one, MAX_DISTANCE) }))
    // Half of a short name that is another is no misspelling, unless two letters of it changed places.
    .filter(({ one, distance }) => distance <= Math.min(MAX_DISTANCE, one.length / 3) || isSwapped(name, one))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.one ?? withPrefix(name, known) ?? sameVendor(name, known)
}

/** HOTS for HOST. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length || a === b) return false
  let at = 0
  while (a[at] === b[at]) at += 1
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
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
