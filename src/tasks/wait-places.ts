import { PolyphonyError } from '../core/errors.ts'

export interface WaitLimits {
  /** Requests that may wait for a task at once: `?wait=`, event streams, and protocols that answer when the work is done. */
  perKey: number
  /** Of all keys together, in this process. */
  total: number
}

/** A request's place among those that wait. Given back when it is disposed of; doing that twice is harmless. */
export type WaitPlace = Disposable

const COME_BACK_SECONDS = 5

/** Takes a place for a request of a key. Throws `too_many_waiting`. */
export function openWaitPlaces({ perKey, total }: WaitLimits): (keyId: string) => WaitPlace {
  const take = openPlaces({ each: perKey, total })
  return (keyId) => {
    const place = take(keyId)
    if (place === 'each') throw refusal(`${perKey} requests of this key wait for results already, as many as may`)
    if (place === 'total') throw refusal(`${total} requests wait for results already, as many as may`)
    return place
  }
}

/** Counts places: at most `each` for one name, and `total` in this process. Gives the limit that is reached where none is left. */
export function openPlaces(limits: { each: number; total: number }): (name: string) => WaitPlace | 'each' | 'total' {
  const byName = new Map<string, number>()
  let taken = 0

  return (name) => {
    const ofName = byName.get(name) ?? 0
    if (ofName >= limits.each) return 'each'
    if (taken >= limits.total) return 'total'
    byName.set(name, ofName + 1)
    taken += 1
    let isHeld = true
    return {
      [Symbol.dispose]() {
        if (!isHeld) return
        isHeld = false
        taken -= 1
        const left = (byName.get(name) ?? 0) - 1
        if (left > 0) byName.set(name, left)
        else byName.delete(name)
      },
    }
  }
}

function refusal(what: string): PolyphonyError {
  return new PolyphonyError(
    'too_many_waiting',
    `${what}. Read the task without waiting, or come back in ${COME_BACK_SECONDS} s.`,
    { retryAfterSeconds: COME_BACK_SECONDS },
  )
}
