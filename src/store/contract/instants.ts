import { expect, it } from 'vitest'
import type { Bench } from '../contract.ts'
import { reads, writes } from '../queries/index.ts'
import type { Store } from '../store.ts'
import { START } from './samples.ts'

/** Instants are whole milliseconds, in every verb. */
export function instantsContract(bench: Bench): void {
  const { applyWrites: _, ...others } = writes // `applyChange` of the store
  const verbs = [...Object.keys(others), ...Object.keys(reads), 'applyChange'] as (keyof Store)[]

  it('every verb refuses an instant that is no whole number of milliseconds, wherever it is in its arguments', async () => {
    for (const verb of verbs) {
      const call = bench.store[verb] as (args: unknown) => Promise<unknown>
      for (const args of [
        { now: START + 0.5 },
        { rows: [{ recordExpiresAt: START + 0.5 }] },
        { leaseMs: Number.NaN },
      ]) {
        const refusal = { code: 'internal', message: expect.stringMatching(`of ${verb} is no whole number`) }
        await expect(call(args), verb).rejects.toMatchObject(refusal)
      }
    }
  })

  it('what callers name like an instant in their JSON may have any value', async () => {
    const change = { before: { at: 0.5 }, after: { startAt: 1.5 } }
    const entry = { at: START, actor: 'command line', address: null, verb: 'a.change', tenantId: null, subject: null }
    await bench.store.addAudit({ audit: { ...entry, ...change } })
    expect(await bench.store.listAudit({ limit: 1 })).toMatchObject([change])
  })
}
