import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { StreamWriter } from '../../../calls/format.ts'
import { brokenOff, isCutOff, vendorFailure } from '../../../calls/vendor-failure.ts'
import type { PolyphonyError } from '../../../core/errors.ts'

export type FinishPart = Extract<LanguageModelV4StreamPart, { type: 'finish' }>

/** What a format says of each part of a stream, in the order in which they come. */
export interface StreamForm {
  write(part: LanguageModelV4StreamPart): string
  /** The last events, with the reason why the model stopped, and the usage. */
  finish(part: FinishPart): string
  fail(error: PolyphonyError): string
  /** Behind the last event; '' in most formats. */
  close(): string
}

/** A writer that keeps the order of every stream: parts, then one `finish` or one error, then nothing. */
export function streamWriter(form: StreamForm): StreamWriter {
  let state: 'open' | 'finished' | 'closed' = 'open'

  const fail = (error: PolyphonyError): string => {
    if (state !== 'open') return ''
    state = 'closed'
    return form.fail(error)
  }

  return {
    write(part) {
      if (state !== 'open') return ''
      if (part.type === 'error') return fail(vendorFailure(part.error))
      if (part.type !== 'finish') return form.write(part)
      const { unified, raw } = part.finishReason
      if (isCutOff(part.finishReason)) return fail(brokenOff())
      if (unified === 'error') return fail(vendorFailure(`the model stopped with ${raw ?? 'an error'}`))
      state = 'finished'
      return form.finish(part)
    },
    fail,
    end() {
      if (state === 'open') return fail(brokenOff())
      if (state === 'closed') return ''
      state = 'closed'
      return form.close()
    },
  }
}
