export const SMALLEST_PX = 16
export const LARGEST_PX = 4096

/** Throws a RangeError that names the size when either side is no integer from 16 to 4096. */
export function checkSize({ widthPx, heightPx }: { widthPx: number; heightPx: number }): void {
  for (const sidePx of [widthPx, heightPx]) {
    if (!Number.isInteger(sidePx) || sidePx < SMALLEST_PX || sidePx > LARGEST_PX)
      throw new RangeError(
        `The sandbox draws ${SMALLEST_PX} to ${LARGEST_PX} whole pixels a side, not ${widthPx} by ${heightPx}.`,
      )
  }
}

/** Throws a RangeError unless 0 < `seconds` <= `mostSeconds`. */
export function checkSeconds(seconds: number, mostSeconds: number): void {
  if (!(seconds > 0 && seconds <= mostSeconds))
    throw new RangeError(`The sandbox makes up to ${mostSeconds} seconds of this, not ${seconds}.`)
}
