import type { Asset } from '../core/asset.ts'
import { PolyphonyError } from '../core/errors.ts'
import { type Points, pointsToUsd, points as toPoints } from '../core/points.ts'
import { spendLimitReached } from '../core/spend-periods.ts'
import type { SpendLimitReached } from '../store/store.ts'
import type { Inputs } from './inputs.ts'

/** Stores what came with a submission, and keeps its files only when the task came to be. */
export async function storeWithFiles<Result>(
  inputs: Pick<Inputs, 'withdraw'>,
  assets: Asset[],
  save: () => Promise<Result>,
  isStored: (result: Result) => boolean,
): Promise<Result> {
  // When this throws, the task may yet be on disk: the files stay, and are swept when their time has come.
  const result = await save()
  if (assets.length > 0 && !isStored(result)) await inputs.withdraw(assets)
  return result
}

type Refused =
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | SpendLimitReached

export function refusal(refused: Refused, price: Points, now: number): PolyphonyError {
  switch (refused.outcome) {
    case 'idempotency_mismatch':
      return new PolyphonyError('idempotency_mismatch', 'This Idempotency-Key was used for a different request.')
    case 'insufficient_points':
      return new PolyphonyError('insufficient_points', tooLittle(refused.available, price))
    case 'spend_limit_reached':
      return spendLimitReached(refused.period, now)
  }
}

function tooLittle(available: Points, price: Points): string {
  const usd = (value: Points) => pointsToUsd(value).toFixed(4)
  const missing = toPoints(price - available)
  return `The account has ${available} points ($${usd(available)}) available; this costs ${price} ($${usd(price)}). Add at least ${missing}.`
}
