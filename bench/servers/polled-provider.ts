import { callVendor } from '../../src/providers/kit/vendor-call.ts'
import type { Account, Provider } from '../../src/providers/provider.ts'

export const POLL_MS = 10_000

/** Lyrics from polled-vendor.ts, by the same calls that adapters make. */
export function polledProvider(url: string): Provider {
  const at = (account: Account): Account => ({ ...account, settings: { baseUrl: url } })
  return {
    id: 'polled',
    operations: new Set(['suno/lyrics']),
    async submit({ input }, account, signal) {
      const { body } = await callVendor(at(account), {
        method: 'POST',
        path: '/generations',
        json: input,
        signal,
        isPaid: true,
      })
      return { handle: body, pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal) {
      const { id } = handle as { id: number } // as the vendor gave it
      const { body } = await callVendor(at(account), { path: `/generations/${id}`, signal })
      const { doneAt } = body as { doneAt: number | null } // as polled-vendor.ts says
      if (doneAt === null) return { status: 'processing', pollAfterMs: POLL_MS }
      const output = { lyrics: [{ title: 'bench', text: String(doneAt), tags: [] }] }
      return { status: 'completed', result: { output, files: [] } }
    },
    reconcile: async () => 'absent',
  }
}
