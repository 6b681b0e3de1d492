import type { Logger } from 'pino'
import { type AccountEvent, type Health, healthAfter } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { withoutSecrets } from './member.ts'
import type { Registry } from './registry.ts'

export interface HealthWriteParts {
  store: Store
  registry: Registry
  clock: Clock
  log: Logger
}

/** Attempts to store an event while other processes change the account at the same moment. */
const MAX_WRITES = 5

/**
 * Returns the function that records an event of an account: its health follows. The new health counts in this process
 * at once, even when it cannot be stored. Never throws.
 */
export function openHealthWrites(parts: HealthWriteParts): (account: string, event: AccountEvent) => Promise<void> {
  const last = new Map<string, Promise<void>>()
  return (id, event) => {
    // One after the other: the next event is judged by the health that this one leaves.
    const written = (last.get(id) ?? Promise.resolve()).then(() => writeWithRetry(parts, id, event))
    last.set(id, written)
    return written
  }
}

/** The part of a record that events change. */
export function healthOf({ state, reason, retryAt, troubles, strikes }: Health): Health {
  return { state, reason, retryAt, troubles, strikes }
}

async function writeWithRetry(parts: HealthWriteParts, id: string, event: AccountEvent): Promise<void> {
  const { log } = parts
  try {
    for (let attempt = 1; attempt <= MAX_WRITES; attempt++) if (await write(parts, id, event)) return
    log.warn({ account: id, event }, 'the state of an account changes too often to be stored')
  } catch (error) {
    log.error({ err: error, account: id }, 'the state of an account could not be stored')
  }
}

/** False when the account was changed elsewhere meanwhile: the event has to be judged again by its health now. */
async function write({ store, registry, clock, log }: HealthWriteParts, id: string, event: AccountEvent) {
  const member = registry.find(id)
  if (!member || member.isBuiltIn) return true
  const { record } = member
  const shown = 'reason' in event ? { ...event, reason: withoutSecrets(member, event.reason) } : event
  const health = healthAfter(record, shown, clock.now())
  if (isSameHealth(health, record)) return true
  const set = healthOf(health)
  // Other processes learn of it from the store.
  member.record = { ...record, ...set }
  if (!(await store.changeAccount({ id, version: record.version, set }))) {
    await registry.refresh()
    return false
  }
  member.record = { ...member.record, version: record.version + 1 }
  const { state, reason } = set
  if (state !== record.state) {
    log.warn({ account: id, provider: record.provider, state, reason }, 'an account changed')
  }
  return true
}

function isSameHealth(a: Health, b: Health): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.retryAt === b.retryAt &&
    a.troubles === b.troubles &&
    a.strikes === b.strikes
  )
}
