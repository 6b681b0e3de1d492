import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { limitToModels } from '../kit/models-field.ts'
import { readHandle, readIfFits } from '../kit/read-wire.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Progress, Provider, Submitted } from '../provider.ts'
import { bearer, errorOf } from './errors.ts'
import { midjourneyProtocol } from './midjourney.ts'
import { proxiedProtocol } from './proxied-protocol.ts'
import type { ProxiedVendor } from './proxied-vendors.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { sunoProtocol } from './suno.ts'
import { udioProtocol } from './udio.ts'
import { Handle } from './wire.ts'

/**
 * A relay of the one-api and new-api kind: Suno, Udio and Midjourney in protocols of its own, other vendors below a
 * prefix. A task's handle names its protocol. Relays take no idempotency key and sign no callback.
 */
export function relayProvider(proxied: readonly ProxiedVendor[]): Provider {
  const protocols: RelayProtocol[] = [sunoProtocol, udioProtocol, midjourneyProtocol, ...proxied.map(proxiedProtocol)]
  /** The first that performs it. */
  const performers = new Map(
    protocols.toReversed().flatMap((protocol) => [...protocol.operations].map((id) => [id, protocol] as const)),
  )
  const operations = new Set(protocols.flatMap((protocol) => [...protocol.operations]))

  function protocolFor({ operation }: Pick<Job, 'operation'>): RelayProtocol {
    const protocol = performers.get(operation)
    if (protocol) return protocol
    throw new PolyphonyError('no_provider', `Relays do not perform ${operation}.`)
  }

  function unwrapped(handle: Json): { protocol: RelayProtocol; inner: Json } {
    const { via, of: inner } = readHandle(Handle, handle, 'relay')
    const protocol = protocols.find(({ id }) => id === via)
    if (!protocol) throw new PolyphonyError('internal', `The stored relay handle names an unknown protocol: ${via}.`)
    return { protocol, inner }
  }

  return {
    id: 'relay',
    operations,
    adopts: new Set(
      proxied.flatMap(({ provider, operations: own }) => [...(provider.adopts ?? [])].filter((id) => own.has(id))),
    ),
    performs: ({ settings }) => limitToModels(operations, settings.models ?? ''),
    async submit(job, account, signal) {
      const protocol = protocolFor(job)
      return wrapped(protocol, await protocol.submit(withInnerParent(job, protocol, account), account, signal))
    },
    async poll(handle, account, signal, request) {
      const { protocol, inner } = unwrapped(handle)
      const progress = await protocol.poll(inner, account, signal, request)
      return wrapped<Progress>(protocol, progress)
    },
    async cancel(handle, account, signal, request) {
      const { protocol, inner } = unwrapped(handle)
      if (!protocol.cancel) throw new PolyphonyError('vendor_refused', 'The relay cannot cancel a task of this kind.')
      await protocol.cancel(inner, account, signal, request)
    },
    missesCallsForMs: Math.max(0, ...proxied.map(({ provider }) => provider.missesCallsForMs ?? 0)),
    async reconcile(job, account, signal) {
      const protocol = protocolFor(job)
      const found =
        (await protocol.reconcile?.(withInnerParent(job, protocol, account), account, signal)) ?? 'unknowable'
      return typeof found === 'string' ? found : { handle: { via: protocol.id, of: found.handle } }
    },
    async receive(callback, account) {
      const body: unknown = JSON.parse(callback.rawBody)
      if (!isJsonObject(body)) return {}
      for (const protocol of protocols) {
        const result = await protocol.readCallback?.(body, callback, account)
        if (result === undefined) continue
        const { handle, ...rest } = result
        return { ...rest, ...(handle === undefined ? {} : { handle: { via: protocol.id, of: handle } }) }
      }
      return {}
    },
    // Fetches an empty list of tasks, which every relay with Suno answers if the key is valid.
    async probe(account, signal) {
      const json = { ids: [] }
      const call = { method: 'POST' as const, path: '/suno/fetch', json, signal, headers: bearer(account), errorOf }
      await callVendor(account, { ...call, refusesInText: true }).catch(unlessUnknown)
    },
    async close() {
      await Promise.all(proxied.map(({ provider }) => provider.close?.()))
    },
  }
}

/** Ignores a missing route: a relay without Suno may still accept the key. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof PolyphonyError) || error.code !== 'vendor_refused') throw error
}

/** The job with the parent's inner handle; null if another account or another protocol made the parent. */
function withInnerParent(job: Job, protocol: RelayProtocol, account: Account): Job {
  const { parent } = job
  if (!parent) return job
  const handle = readIfFits(Handle, parent.handle)
  const isOurs = parent.account === account.id && handle?.via === protocol.id
  return { ...job, parent: { ...parent, handle: isOurs ? handle.of : null } }
}

function wrapped<Answer extends Submitted | Progress>({ id }: RelayProtocol, answer: Answer): Answer {
  if (!('handle' in answer) || answer.handle === undefined) return answer
  return { ...answer, handle: { via: id, of: answer.handle } }
}
