/** To be called in each turn of a long loop: throws where nobody waits for the result any more. */
export type MustGoOn = () => void

class HearingStopped extends Error {}

/** What is heard; undefined if `isStopped` said so before its end. */
export function unlessStopped<T>(isStopped: () => boolean, hear: (mustGoOn: MustGoOn) => T): T | undefined {
  try {
    return hear(() => {
      if (isStopped()) throw new HearingStopped()
    })
  } catch (error) {
    if (error instanceof HearingStopped) return undefined
    throw error
  }
}
