/** Called in each turn of a long loop: throws once the work was cancelled. */
export type ThrowIfStopped = () => void

class HearingStopped extends Error {}

/** What is heard; undefined if `isStopped` said so before its end. */
export function unlessStopped<T>(isStopped: () => boolean, hear: (throwIfStopped: ThrowIfStopped) => T): T | undefined {
  try {
    return hear(() => {
      if (isStopped()) throw new HearingStopped()
    })
  } catch (error) {
    if (error instanceof HearingStopped) return undefined
    throw error
  }
}
