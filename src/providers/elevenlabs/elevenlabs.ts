import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { ErrorAnswer } from '../kit/vendor-call.ts'
import type { Account, Job, Provider, Submitted } from '../provider.ts'
import { callElevenlabs, statusIn } from './call.ts'
import { cancelDubbing, DUBBING_OPERATION, pollDubbing, reconcileDubbing, submitDubbing } from './dubbing.ts'
import { MUSIC_OPERATIONS, makeMusic } from './music.ts'
import { EFFECT_OPERATION, ISOLATION_OPERATION, isolateVoice, makeEffect } from './sounds.ts'
import { SPEECH_OPERATION, speak } from './speech.ts'

type Begin = (job: Job, account: Account, signal: AbortSignal) => Promise<Submitted>

const BEGINNINGS: Record<string, Begin> = {
  ...Object.fromEntries(MUSIC_OPERATIONS.map((id) => [id, makeMusic])),
  [SPEECH_OPERATION]: speak,
  [EFFECT_OPERATION]: makeEffect,
  [ISOLATION_OPERATION]: isolateVoice,
  [DUBBING_OPERATION]: submitDubbing,
}

/**
 * ElevenLabs: music, speech, effects and dubbing. Most answers are the sound itself, which is lost with the answer; a dub is
 * polled, and found again by its name.
 */
export function elevenlabsProvider(): Provider {
  return {
    id: 'elevenlabs',
    operations: new Set(Object.keys(BEGINNINGS)),
    async submit(job, account, signal) {
      const begin = BEGINNINGS[job.operation]
      if (!begin) throw new PolyphonyError('no_provider', `ElevenLabs does not perform ${job.operation}.`)
      return begin(job, account, signal)
    },
    poll: pollDubbing,
    cancel: cancelDubbing,
    missesCallsForMs: 15 * SECOND_MS, // assumed
    async reconcile(job, account, signal) {
      return job.operation === DUBBING_OPERATION ? reconcileDubbing(job, account, signal) : 'unknowable'
    },
    async probe(account, signal) {
      // A key without the permission to read the account is still a valid key.
      const narrow = new PolyphonyError('forbidden', 'The key may not read the account.')
      const errorOf = ({ body }: ErrorAnswer) => (statusIn(body) === 'missing_permissions' ? narrow : undefined)
      try {
        await callElevenlabs(account, { path: 'v1/user', signal, errorOf })
      } catch (error) {
        if (error !== narrow) throw error
      }
    },
  }
}
