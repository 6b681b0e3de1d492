import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterAttempt, type Circuit, hostOf, NEW_CIRCUIT } from './receiver.ts'

const unanswered = (at: number, durationMs = 0) => ({ at, durationMs, answered: false })

/** The circuit after `count` failures, each begun when the pause before it was over, and the pauses. */
function afterFailures(count: number): { circuit: Circuit; pausesMs: (number | null)[] } {
  let circuit = NEW_CIRCUIT
  let now = 1_000
  const pausesMs: (number | null)[] = []
  for (let failure = 1; failure <= count; failure++) {
    circuit = afterAttempt(circuit, unanswered(now))
    pausesMs.push(circuit.retryAt === null ? null : circuit.retryAt - now)
    now = circuit.retryAt ?? now + 1
  }
  return { circuit, pausesMs }
}

describe('receivers', () => {
  it.each([
    [true, 0, 'quick'],
    [true, 1_000, 'quick'],
    [true, 1_001, 'slow'],
    [false, 10, 'failing'],
  ] as const)(
    'after an attempt (answered: %s, %i ms), the standing of a receiver is %s',
    (answered, durationMs, standing) => {
      expect(afterAttempt(NEW_CIRCUIT, { at: 0, durationMs, answered }).standing).toBe(standing)
    },
  )

  it('the circuit of a receiver opens at the third failure in a row, and for longer and longer, up to five minutes', () => {
    const { pausesMs } = afterFailures(11)
    expect(pausesMs).toEqual([null, null, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
  })

  it('the circuit of a receiver never pauses longer than a lone delivery waits for its next attempt', () => {
    const waitsMs = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000].map((ms) => ms * 0.8)
    const { pausesMs } = afterFailures(waitsMs.length)
    expect(pausesMs.every((pauseMs, index) => (pauseMs ?? 0) <= (waitsMs[index] ?? 0))).toBe(true)
  })

  it('the circuit of a receiver counts attempts that ran at the same time as one failure', () => {
    let circuit = NEW_CIRCUIT
    for (let index = 0; index < 8; index++) circuit = afterAttempt(circuit, unanswered(100 + index, 15_000 - index))
    expect(circuit).toEqual({ standing: 'failing', failures: 1, failingSince: 15_100, failedAt: 15_100, retryAt: null })
  })

  it('the circuit of a receiver remembers since when there was no answer', () => {
    expect(afterFailures(5).circuit.failingSince).toBe(1_000)
  })

  it('the circuit of a receiver is closed by any answer, whatever came before', () => {
    const attempt = fc.record({ at: fc.nat(), durationMs: fc.nat(20_000), answered: fc.boolean() })
    fc.assert(
      fc.property(fc.array(attempt), fc.nat(), (attempts, at) => {
        const circuit = attempts.reduce(afterAttempt, NEW_CIRCUIT)
        expect(afterAttempt(circuit, { at, durationMs: 5, answered: true })).toEqual({
          ...NEW_CIRCUIT,
          standing: 'quick',
        })
      }),
    )
  })
})

describe('hostOf', () => {
  it.each([
    ['https://Client.Example/hook', 'client.example'],
    ['http://client.example:8080/a?b', 'client.example:8080'],
    ['https://client.example:443/', 'client.example'],
    ['http://[::1]:90/', '[::1]:90'],
    ['not a URL', 'not a URL'],
  ])('the host of a webhook of %s is %s', (url, host) => {
    expect(hostOf(url)).toBe(host)
  })
})
