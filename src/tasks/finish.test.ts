import { expect, it } from 'vitest'
import { points } from '../core/points.ts'
import type { Result } from '../providers/provider.ts'
import { CREDIT, LYRICS_PRICE } from './harness.testing.ts'
import { HANDLE, openWithAccount, processing, song, TEXT, useSharedStore } from './steps.testing.ts'

const openHarness = useSharedStore()

it('completes a task whose provider answers at once: stores its files and takes its price', async () => {
  await using harness = await openHarness({ submit: async () => ({ result: await song() }) })
  const task = await harness.claimed()
  await harness.work.begin(task)
  const { status, output, consumedPoints, progress } = await harness.read(task.id)
  expect({ status, consumedPoints, progress }).toEqual({
    status: 'completed',
    consumedPoints: LYRICS_PRICE,
    progress: 100,
  })
  const [file] = await harness.files()
  expect(output).toEqual({ clips: [{ audio: `asset:${file}` }] })
  expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
  expect(await harness.store.reconcile({})).toEqual([])
})

it.each([
  [0, 0],
  [5_000, 5_000],
  [LYRICS_PRICE + 1, LYRICS_PRICE],
])('takes what the result cost of the hold, and never more than the hold (%i points: %i)', async (cost, taken) => {
  const result = { ...TEXT, consumedPoints: points(cost) }
  await using harness = await openHarness({ submit: async () => ({ result }) })
  await harness.work.begin(await harness.claimed())
  expect(await harness.available()).toBe(CREDIT - taken)
})

it.each<[title: string, result: Partial<Result>, cost: object]>([
  ['reported by the vendor', { costPoints: points(77) }, { costPoints: 77, costSource: 'vendor' }],
  ['unknown without a report and a rule', {}, { costPoints: null, costSource: null }],
])('stores what a task cost: %s', async (_title, reported, cost) => {
  const result = { ...TEXT, ...reported }
  await using harness = await openHarness({
    submit: async () => HANDLE,
    poll: async () => ({ status: 'completed', result }),
  })
  await harness.work.carryOn(await processing(harness))
  const [task] = await harness.tasks.list({ limit: 1 }, harness.caller)
  expect(task).toMatchObject({ status: 'completed', ...cost })
})

it('stores what the vendor took for work that failed, and that it is unknown where the vendor does not say', async () => {
  for (const [report, cost] of [
    [{ costPoints: points(5) }, { costPoints: 5, costSource: 'vendor' }],
    [{}, { costPoints: null, costSource: null }],
  ] as const) {
    await using harness = await openHarness({ submit: async () => ({ failed: { reason: 'no', ...report } }) })
    const task = await harness.claimed()
    await harness.work.begin(task)
    expect(await harness.read(task.id)).toMatchObject({ status: 'failed', consumedPoints: 0, ...cost })
  }
})

it.each([
  [1, undefined, LYRICS_PRICE],
  [0.5, undefined, LYRICS_PRICE / 2],
  [0.33, 5_001, Math.ceil(5_001 * 0.33)],
  [0, undefined, 0],
  [1, 2 * LYRICS_PRICE, LYRICS_PRICE],
])(
  'multiplies the cost by the account’s price factor (factor %d, cost %o: %i points)',
  async (priceFactor, cost, consumedPoints) => {
    const result: Result = cost === undefined ? TEXT : { ...TEXT, consumedPoints: points(cost) }
    const { harness } = await openWithAccount(
      openHarness,
      { submit: async () => HANDLE, poll: async () => ({ status: 'completed', result }) },
      { given: { priceFactor } },
    )
    await using _ = harness
    await harness.work.carryOn(await processing(harness))
    const held = priceFactor === 0 ? 0 : LYRICS_PRICE // where nothing that may get it costs anything, nothing is held
    const [task] = await harness.tasks.list({ limit: 1 }, harness.caller)
    expect(task).toMatchObject({ status: 'completed', pricePoints: held, consumedPoints })
    expect(await harness.available()).toBe(CREDIT - consumedPoints)
    expect(await harness.store.reconcile({})).toEqual([])
  },
)
