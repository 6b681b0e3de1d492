import fc from 'fast-check'
import { MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import type { Network } from './model-nodes.testing.ts'
import { type Answer, KINDS, type Kind, type Script } from './model-vendor.testing.ts'

export const NODES = 3
export const TIMEOUT_MS = 4 * MINUTE_MS

/** What one client, vendor, operator or fault does; `pick` chooses among the tasks that exist when it happens. */
export type Step = { settles: boolean } & (
  | { do: 'submit'; kind: Kind; script: Script }
  | { do: 'claim' | 'due'; node: number; limit: number }
  | { do: 'late' | 'overdue' | 'stop' | 'mend'; node: number }
  | { do: 'cut'; node: number; change: NonNullable<Network['change']> }
  | { do: 'break'; node: number; faults: Network['faults'] }
  | { do: 'call back'; node: number; pick: number; names: boolean }
  | { do: 'cancel'; node: number; pick: number }
  | { do: 'answer' }
  | { do: 'advance'; ms: number }
)

const node = fc.nat(NODES - 1)
const pick = fc.nat(1_000)
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Answer>('late', 'lost') },
  { weight: 2, arbitrary: fc.constantFrom<Answer>('at_once', 'busy', 'unreachable', 'garbled') },
  { weight: 1, arbitrary: fc.constant<Answer>('refused') },
)
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const script: fc.Arbitrary<Script> = fc.record({
  answers: fc.array(answer, { maxLength: 3 }),
  workMs: fc.constantFrom(0, 10 * SECOND_MS, 100 * SECOND_MS, 6 * MINUTE_MS),
  fails: seldom,
  refusesCancel: fc.boolean(),
  troubles: fc.constantFrom(0, 0, 1, 3),
})
const fault = fc.constantFrom('before' as const, 'after' as const)
const settles = fc.boolean()
const of = <Do extends string | number>(...names: Do[]) => fc.constantFrom(...names)

const change = fc.record({ after: fc.nat(6), to: of('holds_requests', 'holds_answers', 'dead') })
const cut = fc.record({ do: of('cut'), node, change, settles })
const submit = fc.record({ do: of('submit'), kind: of(...KINDS), script, settles })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: submit },
  { weight: 8, arbitrary: fc.record({ do: of('claim', 'due'), node, limit: fc.integer({ min: 1, max: 5 }), settles }) },
  { weight: 2, arbitrary: fc.record({ do: of('late', 'overdue', 'mend'), node, settles }) },
  { weight: 1, arbitrary: fc.record({ do: of('stop'), node, settles }) },
  { weight: 3, arbitrary: cut },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('break'), node, faults: fc.array(fault, { minLength: 1, maxLength: 4 }), settles }),
  },
  { weight: 4, arbitrary: fc.record({ do: of('call back'), node, pick, names: fc.boolean(), settles }) },
  { weight: 2, arbitrary: fc.record({ do: of('cancel'), node, pick, settles }) },
  { weight: 1, arbitrary: fc.record({ do: of('answer'), settles }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: of('advance'), ms: of(0, 200, 1_000, 3_000, 16_000, 40_000, TIMEOUT_MS), settles }),
  },
)
const other = (one: number) => (one + 1) % NODES
const act = <One extends Step>(one: One): Step => one

/** A process is cut off while it takes work, for longer than its lease; another one takes over, and it comes back. */
const takeover: fc.Arbitrary<Step[]> = fc
  .record({
    node,
    change,
    takes: of('claim', 'due'),
    calls: fc.boolean(),
    pause: of(16_000, 22_000), // a renewal that was under way counts, too
    rest: of(200, 16_000, 40_000),
    settles,
  })
  .map(({ node: on, change, takes, calls, pause, rest, settles }) => [
    act({ do: 'cut', node: on, change, settles: true }),
    act({ do: takes, node: on, limit: 5, settles }),
    ...(calls ? [act({ do: 'call back', node: other(on), pick: 0, names: true, settles })] : []),
    act({ do: 'advance', ms: pause, settles: true }),
    act({ do: 'due', node: other(on), limit: 5, settles }),
    act({ do: 'advance', ms: rest, settles: true }),
    act({ do: 'due', node: other(on), limit: 5, settles: true }),
    act({ do: 'claim', node: other(on), limit: 5, settles }),
    act({ do: 'mend', node: on, settles }),
  ])

/** Tasks that are there from the beginning, and what happens then. */
export const steps = fc
  .tuple(
    fc.array(submit, { minLength: 1, maxLength: 6, size: 'max' }),
    fc.array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: step.map((one) => [one]),
        },
        { weight: 2, arbitrary: takeover },
      ),
      { minLength: 5, maxLength: 25, size: 'max' },
    ),
  )
  .map(([tasks, rest]) => [...tasks, ...rest.flat()])

const USUAL: Script = { answers: [], workMs: 0, fails: false, refusesCancel: false, troubles: 0 }
const sent = (kind: Kind, answers: Answer[]): Step =>
  act({ do: 'submit', kind, script: { ...USUAL, answers }, settles: true })
const cutOff = (node: number, after: number, to: Network['state']): Step =>
  act({ do: 'cut', node, change: { after, to }, settles: true })
const on = (node: number, does: 'claim' | 'due', settles = true): Step => act({ do: does, node, limit: 5, settles })
const mended = (node: number): Step => act({ do: 'mend', node, settles: true })
const passed = (ms: number): Step => act({ do: 'advance', ms, settles: true })
const calledBack = (node: number, names = true): Step => act({ do: 'call back', node, pick: 0, names, settles: true })

const cancelled = (node: number): Step => act({ do: 'cancel', node, pick: 0, settles: true })

/** Histories that must be among those that are played, since chance meets them seldom. */
export const CASES: Record<string, Step[]> = {
  'the answer to the intent of a call comes after another process made the call': [
    ...[sent('found', []), cutOff(0, 2, 'holds_answers'), on(0, 'claim'), passed(22_000)],
    ...[on(1, 'due'), passed(200), on(1, 'claim'), mended(0)],
  ],
  'the answer to a claim comes after another process made the call': [
    ...[sent('found', []), cutOff(0, 0, 'holds_answers'), on(0, 'claim'), passed(22_000)],
    ...[on(1, 'due'), passed(200), on(1, 'claim'), mended(0)],
  ],
  'a callback names the work while another process looks at the interrupted call': [
    ...[sent('called', ['late']), on(0, 'claim'), cutOff(0, 0, 'dead'), passed(16_000), cutOff(1, 1, 'holds_requests')],
    ...[on(1, 'due'), calledBack(2), mended(1)],
  ],
  'a callback names the work while its answer is awaited, and the answer comes later': [
    ...[sent('called', ['late']), on(0, 'claim'), calledBack(1), on(1, 'due', false)],
    ...[act({ do: 'answer', settles: true }), on(2, 'due')],
  ],
  'a process comes back from a pause and takes what is due before it renews its leases': [
    ...[sent('called', ['late']), on(0, 'claim'), cutOff(0, 0, 'holds_requests'), passed(40_000)],
    ...[act({ do: 'mend', node: 0, settles: false }), on(0, 'due'), act({ do: 'answer', settles: true })],
  ],
  'a cancel comes while the answer is awaited, and the answer names the work': [
    ...[sent('found', ['late']), on(0, 'claim'), cancelled(1), act({ do: 'answer', settles: true }), on(2, 'due')],
  ],
  'a cancel comes while a lost call is looked for': [
    ...[sent('found', ['lost']), on(0, 'claim'), cancelled(1), passed(3_000), on(1, 'due'), on(2, 'due')],
  ],
  'a cancel comes while the answer is awaited, and a callback names the work': [
    ...[sent('called', ['late']), on(0, 'claim'), cancelled(0), calledBack(1), on(2, 'due')],
  ],
  'a cancel comes between the claim and the intent of the call': [
    ...[sent('polled', []), cutOff(0, 1, 'holds_requests'), on(0, 'claim'), cancelled(1), mended(0)],
  ],
  'a cancel comes between the intent of the call and the call': [
    ...[sent('polled', []), cutOff(0, 2, 'holds_answers'), on(0, 'claim'), cancelled(1), passed(200), mended(0)],
  ],
  'the process dies after the answer of a call that was to be cancelled': [
    ...[sent('found', ['late']), on(0, 'claim'), cancelled(1), cutOff(0, 0, 'dead')],
    ...[act({ do: 'answer', settles: true }), passed(16_000), on(1, 'due'), on(2, 'due')],
  ],
  'a process dies after the vendor was paid, before it wrote that down': [
    ...[sent('found', []), cutOff(0, 3, 'dead'), on(0, 'claim'), passed(16_000), on(1, 'due')],
  ],
}
