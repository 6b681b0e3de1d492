import type { Json } from '../../core/json.ts'
import type { Account } from '../provider.ts'

/** Where the key may go: to the account's own address, and among the vendor's hosts, which are below one name. */

const GLOBAL_HOST = 'api.bfl.ai'
const VENDOR_SITE = '.bfl.ai'

function baseOf({ settings }: Account): URL | undefined {
  return URL.parse(settings.baseUrl ?? '') ?? undefined
}

/**
 * The URL at which a task is polled, if the key may be sent to it: one of the account's own origin, or an https URL below
 * `bfl.ai` if the account's own is one. Undefined for any other.
 */
export function pollingUrlIn(named: Json | undefined, account: Account): string | undefined {
  const url = typeof named === 'string' ? URL.parse(named) : null
  const base = baseOf(account)
  if (!url || !base) return undefined
  if (url.origin === base.origin) return url.href
  const isAmongVendors = [url, base].every((one) => one.protocol === 'https:' && one.hostname.endsWith(VENDOR_SITE))
  return isAmongVendors && url.port === base.port ? url.href : undefined
}

/** The vendor's global address passes tasks on to regions, and does not know them afterwards. */
export function hasAllTasks(account: Account): boolean {
  return baseOf(account)?.hostname !== GLOBAL_HOST
}
