import { describe, expect, it } from 'vitest'
import { DEFAULT_ACCOUNT } from '../core/account.ts'
import type { Attempt } from '../core/attempt.ts'
import { diagnose, diagnoseIdle } from './diagnose.ts'
import type { ManagedAccount } from './managed-account.ts'

const well: ManagedAccount = {
  ...DEFAULT_ACCOUNT,
  id: 'a',
  tenantId: null,
  provider: 'lumen',
  name: 'main',
  slots: 7,
  createdAt: 0,
  credential: 'stored',
  settings: {},
  operations: ['lumen/clip'],
  isUsable: true,
  running: 0,
  begunToday: 0,
}

describe('the diagnosis of an idle account', () => {
  const waiting = [{ operation: 'lumen/clip' }]

  it('is empty while the account could begin a waiting task, and says so when none waits', () => {
    expect(diagnoseIdle(well, waiting)).toEqual([])
    expect(diagnoseIdle(well, [])).toEqual([expect.stringMatching(/no task waits/)])
  })

  it.each<[Partial<ManagedAccount>, RegExp]>([
    [{ state: 'limited' }, /limit of the account at its vendor/],
    [{ state: 'cooling_down' }, /did not get through/],
    [{ state: 'moderation_strike' }, /refused the content/],
    [{ state: 'expired_credential' }, /Set a new one/],
    [{ state: 'disabled' }, /Enable/],
    [{ isUsable: false, state: 'limited' }, /misconfigured/],
    [{ isDraining: true }, /Resume/],
    [{ operations: [] }, /supports none/],
    [{ running: 7 }, /7 slots are taken/],
    [{ dailyCap: 2, begunToday: 2 }, /daily cap/],
    [{ priority: -1 }, /back-up/],
  ])('names one reason and what to do about it, for %o', (given, words) => {
    expect(diagnoseIdle({ ...well, ...given }, waiting)).toEqual([expect.stringMatching(words)])
  })

  it('names several reasons, the most important first', () => {
    const account = { ...well, isDraining: true, running: 7, priority: -1 }
    expect(diagnoseIdle(account, waiting)).toEqual([
      expect.stringMatching(/Resume/),
      expect.stringMatching(/7 slots are taken/),
    ])
  })
})

describe('the diagnosis of an account', () => {
  it('sums the waiting tasks of all its pools by operation, and leaves out what it does not perform', () => {
    const waiting = [
      { operation: 'lumen/clip', count: 2 },
      { operation: 'lumen/still', count: 9 },
      { operation: 'lumen/clip', count: 3 },
    ]
    const found = diagnose(well, { waiting, attempts: [] }, (text) => text)
    expect(found).toMatchObject({ account: well, advice: [], waiting: [{ operation: 'lumen/clip', count: 5 }] })
  })

  it('hides the secrets of the account in the reasons of its attempts', () => {
    const attempt: Attempt = {
      taskId: 'task',
      number: 1,
      provider: 'lumen',
      account: 'a',
      outcome: 'failed',
      reason: 'Key hunter2 is unknown.',
      begunAt: 1,
      acceptedAt: null,
      endedAt: 2,
    }
    const attempts = [attempt, { ...attempt, number: 2, reason: null }]
    const found = diagnose(well, { waiting: [], attempts }, (text) => text.replace('hunter2', '…'))
    const { account: _, ...shown } = attempt
    expect(found.attempts).toEqual([
      { ...shown, reason: 'Key … is unknown.' },
      { ...shown, number: 2, reason: null },
    ])
  })
})
