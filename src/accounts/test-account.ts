import type { AccountEvent } from '../core/account.ts'
import { SECOND_MS } from '../core/clock.ts'
import type { ProviderManifest } from '../providers/provider.ts'
import { probeFailureEvent } from './health.ts'
import {
  getManagedAccount,
  getRecord,
  type ManagedAccount,
  type ManagedAccountParts,
  type Manager,
} from './managed-account.ts'

export interface TestOutcome {
  /** null = its provider has no call that could show it. */
  works: boolean | null
  /** What the vendor said, and what to do about it. */
  says: string
  account: ManagedAccount
}

export interface TestParts extends ManagedAccountParts {
  manifests: readonly ProviderManifest[]
}

const TIMEOUT_MS = 20 * SECOND_MS

/** Calls the vendor, and records the answer as an event of the account. */
export async function testAccount(parts: TestParts, id: string, by: Manager): Promise<TestOutcome> {
  const { accounts } = parts
  const { provider: providerId } = await getRecord(parts, id, by)
  await accounts.refresh()
  const outcome = async (works: boolean | null, says: string): Promise<TestOutcome> => ({
    works,
    says,
    account: await getManagedAccount(parts, id, by),
  })
  const found = accounts.find(id)
  if (!found) return unusable(parts, await getManagedAccount(parts, id, by))
  const { provider, account } = found
  const title = parts.manifests.find((one) => one.id === providerId)?.title ?? providerId
  if (!provider.probe) return outcome(null, `${title} has no free call for a test; the next task shows it.`)
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    await provider.probe(account, signal)
  } catch (thrown) {
    const timedOut = signal.aborted ? `There was no answer within ${TIMEOUT_MS / SECOND_MS} s.` : undefined
    const event = withReason(probeFailureEvent(thrown), (reason) =>
      asSentence(timedOut ?? accounts.withoutSecrets(id, reason)),
    )
    await accounts.recordEvent(id, event)
    return outcome(false, failureText(title, event))
  }
  await accounts.recordEvent(id, { kind: 'worked' })
  return outcome(true, `${title} answered and accepts the credential.`)
}

function unusable({ isOffline }: TestParts, account: ManagedAccount): TestOutcome {
  const isElsewhere = account.credential === 'environment' && isOffline === true
  const says = isElsewhere
    ? 'Its key is in the environment of the server, not in the environment of this command.'
    : account.reason
  return { works: false, says, account }
}

function failureText(title: string, event: AccountEvent): string {
  const why = 'reason' in event ? event.reason : ''
  switch (event.kind) {
    case 'refused':
      return event.lacks === 'credit'
        ? `${title} accepts the credential, but the account has no credit: ${why} Top up the account there.`
        : `${title} does not accept the credential: ${why} Give the account a new one.`
    case 'limited':
      return `${title} answered that the account is at its limit: ${why} It is tried again by itself.`
    default:
      return `${title} did not answer as expected: ${why} Check the base address, and whether the vendor is up.`
  }
}

function withReason(event: AccountEvent, change: (reason: string) => string): AccountEvent {
  return 'reason' in event ? { ...event, reason: change(event.reason) } : event
}

/** A vendor's message may end without a full stop. */
function asSentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}
