import { type Static, Type } from 'typebox'
import { type AdminContext, auditOf } from './context.ts'
import { COUNT, TEXT } from './fields.ts'
import { verb } from './verb.ts'

const Proof = Type.Object({
  clean: Type.Boolean(),
  faults: Type.Array(Type.Object({ rule: TEXT, subject: TEXT, found: TEXT })),
  points: Type.Record(Type.String(), Type.Integer(), { description: 'The sum of each account of the ledger.' }),
  transactions: COUNT,
  tasks: Type.Record(Type.String(), Type.Integer(), { description: 'How many tasks there are by status.' }),
})

async function proof({ store }: AdminContext): Promise<Static<typeof Proof>> {
  const faults = await store.reconcile({})
  return { clean: faults.length === 0, faults, ...(await store.summary({})) }
}

export const RECONCILE_VERBS = [
  verb({
    name: 'reconcile.check',
    method: 'GET',
    path: '/reconcile',
    summary: 'Prove that the money is right: no faults, or what does not add up',
    description: 'Reads the whole ledger.',
    input: Type.Object({}),
    answer: Proof,
    changes: false,
    run: proof,
  }),
  verb({
    name: 'reconcile.rebuild',
    method: 'POST',
    path: '/reconcile',
    summary: 'Rebuild cached balances and counts from the ledger, and prove that the money is right',
    description: 'Other writes wait meanwhile.',
    input: Type.Object({}),
    answer: Proof,
    changes: true,
    async run(context, _input, actor) {
      const audit = auditOf(context, actor, 'reconcile.rebuild', {})
      await context.store.rebuildBalances({ now: context.clock.now(), audit })
      return proof(context)
    },
  }),
] as const
