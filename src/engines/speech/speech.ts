import type { Piscina } from 'piscina'
import { threadFile } from '../../thread-file.ts'
import type { SpeechJob, SpeechOutcome } from './speech-worker.ts'

export { FLITE_VOICES, type FliteVoice, SPEECH_FORMATS, SPEECH_SAMPLE_RATE, type SpeechFormat } from './choices.ts'
export { type SpokenText, spokenText } from './spoken-text.ts'

export interface Speech {
  /**
   * The same request gives the same bytes. 'too long' for a text that takes more than 20 minutes, as thousands of letters
   * without a word do. Rejects with the signal's reason soon after it aborts, and with `SpeechBusy` when too many wait.
   */
  speak(request: SpeechRequest, options: { signal: AbortSignal }): Promise<SpeechOutcome>
  /** Stops what is running and ends the worker thread. */
  close(): Promise<void>
}

export type SpeechRequest = Omit<SpeechJob, 'maxSeconds'>

/** More texts wait for the voice than it should keep waiting. */
export class SpeechBusy extends Error {}

/** The worker thread ends after so long without work, which frees its memory. */
const IDLE_MS = 10_000
const MAX_SECONDS = 20 * 60
const MAX_WAITING = 64

/** Opens the embedded voice. Its thread starts with the first text, and compiles the synthesizer once. */
export function openSpeech(): Speech {
  let opened: Promise<Piscina<SpeechJob, SpeechOutcome>> | undefined
  const closing = new AbortController()
  const running = new Set<Promise<SpeechOutcome>>()

  const open = async (): Promise<Piscina<SpeechJob, SpeechOutcome>> => {
    const { Piscina } = await import('piscina')
    return new Piscina<SpeechJob, SpeechOutcome>({
      filename: threadFile('speech-worker', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    })
  }

  return {
    async speak(request, { signal }) {
      const ended = AbortSignal.any([signal, closing.signal])
      ended.throwIfAborted()
      opened ??= open()
      const pool = await opened
      if (pool.queueSize >= MAX_WAITING) throw new SpeechBusy(`${MAX_WAITING} texts wait for the voice.`)
      // A text that is being spoken has no place to stop at: the thread is ended, and the next text starts another.
      const outcome = pool.run({ ...request, maxSeconds: MAX_SECONDS }, { signal: ended })
      running.add(outcome)
      try {
        return await outcome
      } catch (error) {
        throw ended.aborted ? ended.reason : error
      } finally {
        running.delete(outcome)
      }
    },

    async close() {
      closing.abort(new Error('The voice is closed.'))
      await Promise.allSettled(running)
      await (await opened)?.destroy()
    },
  }
}
