declare const brand: unique symbol

/** Money in integer points; 10,000,000 points are 1 USD. Branded, so that seconds or counts cannot slip in. */
export type Points = number & { readonly [brand]: 'Points' }

export const POINTS_PER_USD = 10_000_000

/** Makes points of a number; throws a RangeError unless it is a safe integer. */
export function points(value: number): Points {
  if (!Number.isSafeInteger(value)) throw new RangeError(`Points are whole numbers within 2^53, not ${value}.`)
  return value as Points // the one place where the brand is given
}

export const ZERO_POINTS: Points = points(0)

export function usdToPoints(usd: number): Points {
  return points(Math.round(usd * POINTS_PER_USD))
}

/** USD as decimal digits, as many as the amount has: points have seven. */
export function usdDigits(usd: number): string {
  const [whole = '', decimals = ''] = usd.toFixed(7).split('.')
  let end = decimals.length
  while (end > 0 && decimals[end - 1] === '0') end -= 1
  return end === 0 ? whole : `${whole}.${decimals.slice(0, end)}`
}

export function pointsToUsd(value: Points): number {
  return value / POINTS_PER_USD
}
