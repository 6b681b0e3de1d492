import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { narrowed } from '../kit/narrowed.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Progress, Provider, Submitted } from '../provider.ts'
import { bearer, errorOf, objectIn, wrongHandle } from './errors.ts'
import { midjourneyPart } from './midjourney.ts'
import type { Part } from './part.ts'
import { passedOn } from './passed-on.ts'
import type { Relayed } from './proxied-vendors.ts'
import { sunoPart } from './suno.ts'
import { udioPart } from './udio.ts'

/**
 * A relay of the one-api and new-api kind: Suno, Udio and Midjourney in protocols of its own, other vendors below a
 * prefix. Which of them has a task stands in its handle. Relays take no idempotency key, and sign no callback.
 */
export function relayProvider(relayed: readonly Relayed[]): Provider {
  const parts: Part[] = [sunoPart, udioPart, midjourneyPart, ...relayed.map(passedOn)]
  /** The first that performs it. */
  const performers = new Map(
    parts.toReversed().flatMap((part) => [...part.operations].map((id) => [id, part] as const)),
  )
  const operations = new Set(parts.flatMap((part) => [...part.operations]))

  function partFor({ operation }: Pick<Job, 'operation'>): Part {
    const part = performers.get(operation)
    if (part) return part
    throw new PolyphonyError('no_provider', `Relays do not have ${operation}.`)
  }

  function opened(handle: Json): { part: Part; inner: Json } {
    const { via, of: inner } = objectIn(handle)
    const part = parts.find(({ id }) => id === via)
    if (!part || inner === undefined) throw wrongHandle()
    return { part, inner }
  }

  return {
    id: 'relay',
    operations,
    adopts: new Set(
      relayed.flatMap(({ provider, operations: own }) => [...(provider.adopts ?? [])].filter((id) => own.has(id))),
    ),
    performs: ({ settings }) => narrowed(operations, settings.models ?? ''),
    async submit(job, account, signal) {
      const part = partFor(job)
      return wrapped(part, await part.submit(within(job, part, account), account, signal))
    },
    async poll(handle, account, signal, asked) {
      const { part, inner } = opened(handle)
      const progress = await part.poll(inner, account, signal, asked)
      return wrapped<Progress>(part, progress)
    },
    async cancel(handle, account, signal) {
      const { part, inner } = opened(handle)
      if (!part.cancel) throw new PolyphonyError('vendor_refused', 'The relay cannot cancel a task of this kind.')
      await part.cancel(inner, account, signal)
    },
    async reconcile(job, account, signal) {
      const part = partFor(job)
      const found = (await part.reconcile?.(within(job, part, account), account, signal)) ?? 'unknown'
      return typeof found === 'string' ? found : { handle: { via: part.id, of: found.handle } }
    },
    async receive(callback, account) {
      const body: unknown = JSON.parse(callback.rawBody)
      if (!isJsonObject(body)) return {}
      for (const part of parts) {
        const heard = await part.hear?.(body, callback, account)
        if (heard === undefined) continue
        const { handle, ...rest } = heard
        return { ...rest, ...(handle === undefined ? {} : { handle: { via: part.id, of: handle } }) }
      }
      return {}
    },
    // Asks for no task at all, which every relay with Suno answers, and only to who has a key.
    async probe(account, signal) {
      const json = { ids: [] }
      const call = { method: 'POST' as const, path: '/suno/fetch', json, signal, headers: bearer(account), errorOf }
      await callVendor(account, call).catch(unlessUnknown)
    },
    async close() {
      await Promise.all(relayed.map(({ provider }) => provider.close?.()))
    },
  }
}

/** A relay without Suno has no such route, which says nothing about the key. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof PolyphonyError) || error.code !== 'vendor_refused') throw error
}

/** The parent's handle as its part knows it; null where another account has made it, or another part. */
function within(job: Job, part: Part, account: Account): Job {
  const { parent } = job
  if (!parent) return job
  const { via, of = null } = objectIn(parent.handle)
  const isOurs = parent.account === account.id && via === part.id
  return { ...job, parent: { ...parent, handle: isOurs ? of : null } }
}

function wrapped<Answer extends Submitted | Progress>({ id }: Part, answer: Answer): Answer {
  if (!('handle' in answer) || answer.handle === undefined) return answer
  return { ...answer, handle: { via: id, of: answer.handle } }
}
