import pino from 'pino'
import { openPublicAddresses } from '../../assets/public-addresses.ts'
import { openVendorFetches } from '../../assets/vendor-fetch.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { readInput } from '../../catalog/read-input.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Account, AccountField, Job, Provider, ProviderManifest, Result } from '../provider.ts'

const ID = '01234567-89ab-4cde-8f01-23456789ab00'

/** As the gateway's: it follows redirects and drops keys in its own way. */
const vendors = openVendorFetches(
  openPublicAddresses({ allow: [], resolve: async () => [], log: pino({ level: 'silent' }) }),
)

/** An account as the pools hand it out; `given` are its fields, beside their defaults. */
export function anAccount(
  { id, fields }: Pick<ProviderManifest, 'id' | 'fields'>,
  given: Record<string, string>,
): Account {
  const settings = Object.fromEntries(
    fields.map((field: AccountField) => [field.name, given[field.name] ?? field.default ?? `the ${field.name}`]),
  )
  return {
    id: `test:${id}`,
    provider: id,
    owner: 'operator',
    settings: { ...settings, ...given },
    fetch: vendors.operator,
  }
}

/** A job with a valid input: the operation's example, or `input`. */
export function aJob(operation: string, input?: JsonObject, given: Partial<Job> = {}): Job {
  const found = getOperation(operation)
  return {
    taskId: ID,
    operation,
    input: readInput(found, input ?? found.example),
    mode: 'live',
    idempotencyKey: ID,
    attempt: 1,
    createdAt: Date.now(),
    parent: null,
    callbackUrl: undefined,
    report: () => {},
    publish: () => {},
    endSound: () => {},
    readAsset: () => Promise.reject(new Error('The test has no stored files.')),
    download: () => Promise.reject(new Error('The test has no files.')),
    file: () => Promise.reject(new Error('The test has no files.')),
    urlOf: (reference) => reference,
    ...given,
  }
}

export const aSignal = (): AbortSignal => AbortSignal.timeout(10_000)

/** Submits a job and polls until it has ended. Throws what the calls throw, and for a failure its reason. */
export async function resultOf(provider: Provider, job: Job, account: Account): Promise<Result> {
  const signal = aSignal()
  const submitted = await provider.submit(job, account, signal)
  if ('result' in submitted) return submitted.result
  if ('failed' in submitted) throw new Error(submitted.failed.reason)
  for (;;) {
    const progress = await provider.poll?.(submitted.handle, account, signal, job)
    if (progress?.status === 'completed') return progress.result
    if (progress?.status === 'failed') throw new Error(progress.reason)
    if (!progress) throw new Error(`${provider.id} cannot be polled.`)
  }
}
