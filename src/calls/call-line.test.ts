import { expect, it } from 'vitest'
import type { CallBatch } from '../core/call-batch.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { pauseAfter } from './call-line.ts'

it.each<[ErrorCode, 'live' | 'test', { tries: number; pauses: number; isCalled: boolean }, number | undefined]>([
  ['store_unavailable', 'live', { tries: 0, pauses: 1, isCalled: false }, 1_000],
  ['store_unavailable', 'live', { tries: 0, pauses: 500, isCalled: false }, 60_000],
  ['overloaded', 'live', { tries: 0, pauses: 500, isCalled: false }, 60_000],
  ['account_busy', 'live', { tries: 0, pauses: 500, isCalled: true }, 60_000],
  ['vendor_unreachable', 'live', { tries: 4, pauses: 4, isCalled: true }, 8_000],
  ['vendor_unreachable', 'live', { tries: 4, pauses: 50, isCalled: true }, 60_000],
  ['vendor_unreachable', 'live', { tries: 5, pauses: 5, isCalled: true }, undefined],
  ['invalid_input', 'live', { tries: 0, pauses: 1, isCalled: true }, undefined],
  ['overloaded', 'test', { tries: 0, pauses: 1, isCalled: true }, undefined],
  ['rate_limited', 'test', { tries: 0, pauses: 1, isCalled: true }, undefined],
  ['rate_limited', 'test', { tries: 0, pauses: 9, isCalled: false }, 1_000],
  ['rate_limited', 'live', { tries: 0, pauses: 500, isCalled: false }, 1_000],
])('after %s, a line of a %s key that was tried as %j is called again after %s ms', (code, mode, tried, pauseMs) => {
  const end = { kind: 'refused', error: new PolyphonyError(code, 'No.'), requestId: 'r' } as const
  expect(pauseAfter(end, { ...tried, batch: { mode } as CallBatch })).toBe(pauseMs)
})
