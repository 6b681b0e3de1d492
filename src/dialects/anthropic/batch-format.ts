import type { BatchFormat, LineEnd } from '../../calls/batch-format.ts'
import type { CallFiles } from '../../calls/call-files.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { asOneLine } from '../kit/batch-results.ts'
import { type CallRoute, lineCall } from '../kit/calls.ts'
import { prefixed } from '../kit/prefixed-ids.ts'
import { errorBody } from '../shared/anthropic-errors.ts'
import { MESSAGES } from './call-routes.ts'
import { FILES_IN_SOURCES } from './files.ts'

export const ANTHROPIC_BATCHES = 'anthropic'
export const BATCH_PREFIX = 'msgbatch_'
/** Of the files behind a batch, which this API does not show as files. */
export const INPUT_PURPOSE = 'message_batch_input'

/** The lines of Anthropic's batches (https://docs.anthropic.com/en/api/creating-message-batches). */
export function anthropicBatchFormat({ files }: { files: CallFiles }): BatchFormat {
  return {
    id: ANTHROPIC_BATCHES,
    separatesErrors: false,
    keepsInput: () => false,
    idField: 'custom_id',
    results: {
      purposeOf: () => 'message_batch_results',
      nameOf: ({ id }) => `${prefixed(BATCH_PREFIX, id)}_results.jsonl`,
    },
    customIdOf: ({ custom_id: id }) => (typeof id === 'string' ? id : undefined),
    /** They were looked at before the batch was made. */
    faultOf: () => undefined,
    async requestOf({ params }, { headers }, caller) {
      if (!isJsonObject(params)) throw new PolyphonyError('invalid_input', 'The line has no params.')
      const route: CallRoute = { ...MESSAGES, files: { parts: FILES_IN_SOURCES, in: files } }
      return lineCall(route, params, { caller, headers })
    },
    resultOf({ custom_id: id = '' }, end) {
      const { result, isSuccess } = resultOf(end)
      return { text: `{"custom_id":${JSON.stringify(id)},"result":${result}}`, isSuccess }
    },
  }
}

/** https://docs.anthropic.com/en/api/retrieving-message-batch-results */
function resultOf(end: LineEnd): { result: string; isSuccess: boolean } {
  switch (end.kind) {
    case 'cancelled':
      return { result: '{"type":"canceled"}', isSuccess: false }
    case 'expired':
      return { result: '{"type":"expired"}', isSuccess: false }
    case 'refused': {
      const error = { ...errorBody(end.error), request_id: end.requestId }
      return { result: JSON.stringify({ type: 'errored', error }), isSuccess: false }
    }
    case 'answered': {
      const body = asOneLine(end.body)
      return end.status < 400
        ? { result: `{"type":"succeeded","message":${body}}`, isSuccess: true }
        : { result: `{"type":"errored","error":${body}}`, isSuccess: false }
    }
  }
}
