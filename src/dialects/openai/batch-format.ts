import { randomUUID } from 'node:crypto'
import type { BatchFormat, LineEnd } from '../../calls/batch-format.ts'
import type { CallFiles } from '../../calls/call-files.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { asOneLine } from '../kit/batch-results.ts'
import { lineCall } from '../kit/calls.ts'
import { shown } from '../kit/fields.ts'
import { BATCH_OUTPUT } from '../kit/own-files.ts'
import { prefixed } from '../kit/prefixed-ids.ts'
import { CALL_ROUTES } from './call-routes.ts'
import { errorBody, statusOf } from './errors.ts'
import { FILES_IN_PARTS } from './own-files.ts'

export const OPENAI_BATCHES = 'openai'

const PATHS = Object.keys(CALL_ROUTES) as (keyof typeof CALL_ROUTES)[] // its keys
/** The routes whose calls a batch may hold. */
export const BATCH_ENDPOINTS: readonly string[] = PATHS.map((path) => `/v1/${path}`)

/** The lines of OpenAI's batches: https://platform.openai.com/docs/api-reference/batch/request-input. */
export function openaiBatchFormat({ files }: { files: CallFiles }): BatchFormat {
  return {
    id: OPENAI_BATCHES,
    separatesErrors: true,
    keepsInput: () => true,
    idField: 'custom_id',
    results: {
      purposeOf: () => BATCH_OUTPUT,
      nameOf: ({ id }, isErrors) => `${prefixed('batch_', id)}_${isErrors ? 'error' : 'output'}.jsonl`,
    },
    customIdOf: ({ custom_id: id }) => (typeof id === 'string' ? id : undefined),
    faultOf({ custom_id: id, method, url, body }, { endpoint }) {
      if (typeof id !== 'string' || id === '') return fault('custom_id', 'must be a string that is not empty', id)
      if (id.length > MAX_CUSTOM_ID) return fault('custom_id', `has at most ${MAX_CUSTOM_ID} characters`, undefined)
      if (method !== 'POST') return { ...fault('method', 'must be POST', method), code: 'invalid_method' }
      if (url !== endpoint)
        return { ...fault('url', `must be that of the batch, ${endpoint}`, url), code: 'invalid_url' }
      if (!isJsonObject(body)) return fault('body', 'must be an object', body)
      return undefined
    },
    async requestOf({ body }, { endpoint, headers }, caller) {
      const path = PATHS.find((one) => `/v1/${one}` === endpoint)
      if (!path || !isJsonObject(body)) throw new PolyphonyError('invalid_input', 'The line is no call of this batch.')
      const route = {
        ...CALL_ROUTES[path],
        statusOf,
        files: { parts: FILES_IN_PARTS, in: files },
      }
      return lineCall(route, body, { caller, headers })
    },
    resultOf: ({ custom_id: id }, end) => resultOf(typeof id === 'string' ? id : '', end),
  }
}

const MAX_CUSTOM_ID = 512

function fault(param: string, rule: string, value: Json | undefined) {
  const not = value === undefined ? '' : `, not ${shown(value)}`
  return { code: 'invalid_request', message: `${param} ${rule}${not}.`, param }
}

/** https://platform.openai.com/docs/api-reference/batch/request-output. What failed by HTTP has a response, too. */
function resultOf(customId: string, end: LineEnd): { text: string; isSuccess: boolean } {
  const id = prefixed('batch_req_', randomUUID())
  const head = `{"id":${JSON.stringify(id)},"custom_id":${JSON.stringify(customId)}`
  if (end.kind === 'expired' || end.kind === 'cancelled') {
    const error = JSON.stringify({ code: `batch_${end.kind}`, message: NEVER_CALLED[end.kind] })
    return { text: `${head},"response":null,"error":${error}}`, isSuccess: false }
  }
  const [status, body] =
    end.kind === 'answered'
      ? [end.status, asOneLine(end.body)]
      : [statusOf(end.error), JSON.stringify(errorBody(end.error))]
  const response = `{"status_code":${status},"request_id":${JSON.stringify(end.requestId)},"body":${body}}`
  return { text: `${head},"response":${response},"error":null}`, isSuccess: status < 400 }
}

const NEVER_CALLED = {
  expired: 'This request could not be executed before the completion window expired.',
  cancelled: 'The batch was cancelled before this request was executed.',
} as const
