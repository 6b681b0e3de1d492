import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Accounts } from '../accounts/accounts.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Task } from '../core/task.ts'
import type { VendorCallback } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { Moves } from './moves.ts'

/** Callbacks of vendors about tasks. Their content is not trusted: a callback makes its task due, and the provider is polled. */
export interface Callbacks {
  /** Where a vendor may call for a task: an address that cannot be guessed. */
  urlFor(task: Pick<Task, 'id'>): string | undefined
  /**
   * Records a callback; gives the answer that the vendor expects, if any. A callback for a task that has ended, or a second
   * one, is accepted and changes nothing. Throws `not_found` for a wrong address, `unauthorized` for a wrong signature,
   * `malformed_body` for a body that is not a callback of that provider.
   */
  receive(taskId: string, token: string, call: Pick<VendorCallback, 'headers' | 'rawBody'>): Promise<Json>
}

export function openCallbacks(options: {
  store: Store
  moves: Moves
  accounts: Accounts
  clock: Clock
  secret: string
  /** Undefined where we cannot be reached from outside. */
  publicUrl: string | undefined
}): Callbacks {
  const { store, moves, accounts, clock, secret, publicUrl } = options
  const tokenOf = (taskId: string) => createHmac('sha256', secret).update(`callback:${taskId}`).digest()

  async function readCallback(
    { provider, account }: NonNullable<ReturnType<Accounts['find']>>,
    call: VendorCallback,
  ): Promise<{ handle?: Json; answer?: Json }> {
    try {
      return (await provider.receive?.(call, account)) ?? {}
    } catch (thrown) {
      if (thrown instanceof PolyphonyError) throw thrown
      throw new PolyphonyError('malformed_body', 'The body is not a callback of the provider.', { cause: thrown })
    }
  }

  return {
    urlFor({ id }) {
      return publicUrl === undefined ? undefined : `${publicUrl}/callbacks/${id}/${tokenOf(id).toString('base64url')}`
    },
    async receive(taskId, token, call) {
      const given = Buffer.from(token, 'base64url')
      const wanted = tokenOf(taskId)
      if (!isId(taskId) || given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) {
        throw new PolyphonyError('not_found', 'Unknown callback URL.')
      }
      const task = await store.getTask({ id: taskId })
      const found = task?.account ? accounts.find(task.account) : undefined
      if (!task || !found) return null
      const read = await readCallback(found, { ...call, receivedAt: clock.now() })
      await moves.move(task, { kind: 'heard', handle: read.handle ?? null }, { fromAnyClaim: true })
      return read.answer ?? null
    },
  }
}
