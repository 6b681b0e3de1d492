import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PolyphonyError } from '../core/errors.ts'
import { type Admission, openAdmission } from './admission.ts'

let now: number
let endTurn: () => void
let admission: Admission

beforeEach(() => {
  now = 1_000
  endTurn = () => {}
  admission = openAdmission({
    maxQueued: 100,
    maxWaitMs: 1_000,
    log: pino({ level: 'silent' }),
    nowMs: () => now,
    afterTurn: (done) => {
      endTurn = done
    },
  })
})

/** What `enter` or `checkTurn` answers: undefined when it lets in. */
function refusalOf(attempt: () => unknown): Pick<PolyphonyError, 'code' | 'details'> | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    return error as PolyphonyError // nothing else is thrown here
  }
}

/** A write that is under way until `end`. */
function write(tasks = 1): { end(): Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = admission.measured(tasks, () => promise)
  return {
    end() {
      resolve()
      return done
    },
  }
}

describe('admission', () => {
  it('reads calls in a turn that is too long for tasks, up to a longer wait', () => {
    for (let count = 0; count < 40; count++) admission.checkTurn('call')
    now += 600 // a turn of a second's wait may take 250 ms
    expect(refusalOf(() => admission.checkTurn())).toMatchObject({
      code: 'overloaded',
      message: expect.stringMatching(/^More requests are sent than can be read in time; nothing was done\./),
    })
    expect(refusalOf(() => admission.checkTurn('call'))).toBeUndefined()
    now += 2_000
    expect(refusalOf(() => admission.checkTurn('call'))).toMatchObject({ code: 'overloaded' })
    endTurn()
    expect(refusalOf(() => admission.checkTurn())).toBeUndefined()
  })

  it('admits as many tasks as may be queued, and another one when one has left', () => {
    const leave = admission.enter(60)
    admission.enter(40)
    expect(refusalOf(() => admission.enter(1))).toMatchObject({ code: 'overloaded', details: { retryAfterSeconds: 1 } })
    leave()
    expect(refusalOf(() => admission.enter(60))).toBeUndefined()
  })

  it('admits a batch that is larger than the queue when nothing else is in it', () => {
    const leave = admission.enter(5_000)
    expect(refusalOf(() => admission.enter(1))).toMatchObject({ code: 'overloaded' })
    leave()
    admission.enter(1)
    expect(refusalOf(() => admission.enter(5_000))).toMatchObject({ code: 'overloaded' })
  })

  it('refuses tasks while the oldest write is older than the longest wait, and says when to come back', async () => {
    admission.enter(1)
    const stalled = write()
    now += 1_000
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
    now += 3_000
    expect(refusalOf(() => admission.enter(1))).toMatchObject({ details: { retryAfterSeconds: 4 } })
    await stalled.end()
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
  })

  /** Shows the admission a store that takes so long for each task, with a queue behind it. */
  async function shown(msPerTask: number, behind: number): Promise<void> {
    const queue = write(behind)
    const first = write()
    const next = write(10)
    await first.end()
    now += 10 * msPerTask
    await next.end()
    await queue.end()
  }

  it('admits as many tasks as the store can write in time at its recent speed', async () => {
    admission.enter(1)
    await shown(20, 40)
    const full = [write(50)]
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
    full.push(write(1))
    expect(refusalOf(() => admission.enter(1))).toMatchObject({ code: 'overloaded' })
    for (const one of full) await one.end()
  })

  it('forgets a speed of the store that was measured long ago', async () => {
    admission.enter(1)
    await shown(20, 40)
    now += 10_000
    write(60)
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
  })

  it('does not measure a store that has little to do', async () => {
    admission.enter(1)
    await shown(20, 31)
    write(60)
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
  })

  it('counts a failed write as finished', async () => {
    admission.enter(1)
    await expect(admission.measured(80, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
    now += 5_000
    expect(refusalOf(() => admission.enter(1))).toBeUndefined()
  })
})

describe('requests that were not read yet', () => {
  const read = (requests: number) => {
    for (let request = 0; request < requests; request++) admission.checkTurn()
  }

  it('are refused once a turn of the event loop has taken a quarter of the longest wait, until the next turn', () => {
    read(40)
    now += 250
    expect(refusalOf(() => admission.checkTurn())).toBeUndefined()
    now += 1
    expect(refusalOf(() => admission.checkTurn())).toMatchObject({ code: 'overloaded' })
    endTurn()
    expect(refusalOf(() => admission.checkTurn())).toBeUndefined()
  })

  it('admits requests when something other than reading them made the turn long', () => {
    read(5)
    now += 5_000
    expect(refusalOf(() => admission.checkTurn())).toBeUndefined()
  })

  it('asks refused requests to come back within half a minute, however long the turn was', () => {
    read(40)
    now += 3_600_000
    expect(refusalOf(() => admission.checkTurn())).toMatchObject({ details: { retryAfterSeconds: 30 } })
  })
})
