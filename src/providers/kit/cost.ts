import { type Points, usdToPoints } from '../../core/points.ts'

/** What a vendor says that it took, for a result or a failure; nothing where it says nothing that can be read. */
export function costInUsd(usd: number | undefined): { costPoints?: Points } {
  if (usd === undefined || !Number.isFinite(usd) || usd < 0) return {}
  return { costPoints: usdToPoints(usd) }
}
