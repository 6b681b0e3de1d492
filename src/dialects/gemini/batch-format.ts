import type { BatchFormat, LineEnd } from '../../calls/batch-format.ts'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallBatch } from '../../core/call-batch.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { asOneLine } from '../kit/batch-results.ts'
import { type CallRoute, lineCall } from '../kit/calls.ts'
import { shown } from '../kit/fields.ts'
import { BATCH_OUTPUT } from '../kit/own-files.ts'
import { prefixed } from '../kit/prefixed-ids.ts'
import type { Urls } from '../kit/urls.ts'
import { METHODS } from './call-routes.ts'
import { errorBody, statusOf } from './errors.ts'
import { filesInParts } from './files.ts'

export const GEMINI_BATCHES = 'gemini'
/** Of the names of batches. */
export const BATCH_PREFIX = 'batches/'
/** Of the files behind a batch whose requests came with it, which no list shows. */
export const INPUT_PURPOSE = 'gemini_batch_requests'
const RESULTS_PURPOSE = 'gemini_batch_results'

/** What a batch keeps beside its lines. */
export interface BatchNotes extends JsonObject {
  displayName: string
  /** The file with its lines, null where they came with it. */
  inputFile: string | null
}

export function notesOf({ metadata }: CallBatch): BatchNotes {
  return metadata as BatchNotes // as `createBatch` wrote it
}

const ENDPOINT = { before: '/v1beta/models/', after: ':generateContent' }

export function endpointOf(model: string): string {
  return `${ENDPOINT.before}${model}${ENDPOINT.after}`
}

export function modelOf({ endpoint }: Pick<CallBatch, 'endpoint'>): string {
  return endpoint.slice(ENDPOINT.before.length, -ENDPOINT.after.length)
}

/**
 * The lines of Gemini's batches (https://ai.google.dev/gemini-api/docs/batch-api): `key` and `request`, and `metadata` where
 * they came with the batch.
 */
export function geminiBatchFormat({ files, urls }: { files: CallFiles; urls: Urls }): BatchFormat {
  return {
    id: GEMINI_BATCHES,
    separatesErrors: false,
    idField: 'key',
    keepsInput: (batch) => notesOf(batch).inputFile !== null,
    results: {
      purposeOf: (batch) => (notesOf(batch).inputFile === null ? RESULTS_PURPOSE : BATCH_OUTPUT),
      nameOf: ({ id }) => `${prefixed('batch_', id)}_results.jsonl`,
    },
    customIdOf: ({ key }) => (typeof key === 'string' ? key : undefined),
    faultOf({ key, request }, batch) {
      if (typeof key !== 'string' || key === '') return fault('key', 'must be a string that is not empty', key)
      if (key.length > MAX_KEY) return fault('key', `has at most ${MAX_KEY} characters`, undefined)
      return requestFault(request, modelOf(batch))
    },
    async requestOf({ request }, batch, caller) {
      if (!isJsonObject(request)) throw new PolyphonyError('invalid_input', 'The line has no request.')
      const { model: _same, ...body } = request
      const route: CallRoute = {
        ...METHODS.generateContent,
        modelOf: () => modelOf(batch),
        statusOf,
        files: { parts: filesInParts(urls), in: files },
      }
      return lineCall(route, body, { caller, headers: batch.headers })
    },
    resultOf({ key = '', metadata }, end) {
      const { result, isSuccess } = resultOf(end)
      // Results in a file are told apart by their keys, those with their batch by their order and what the caller noted.
      const notes = metadata === undefined ? '' : `"metadata":${JSON.stringify(metadata)},`
      return { text: `{"key":${JSON.stringify(key)},${notes}${result}}`, isSuccess }
    },
  }
}

const MAX_KEY = 512

/** What is wrong with the request of a line, whose model is that of its batch. */
export function requestFault(request: Json | undefined, model: string, param = 'request') {
  if (!isJsonObject(request)) return fault(param, 'must be an object', request)
  const { model: named } = request
  if (named === undefined || named === null || named === model || named === `models/${model}`) return undefined
  return fault(`${param}.model`, `must be that of the batch, models/${model}`, named)
}

function fault(param: string, rule: string, value: Json | undefined) {
  const not = value === undefined ? '' : `, not ${shown(value)}`
  return { code: 'invalid_request', message: `${param} ${rule}${not}.`, param }
}

const NEVER_CALLED: Readonly<Record<'expired' | 'cancelled', JsonObject>> = {
  expired: {
    code: 504,
    message: 'The time of the batch was over before this request was executed.',
    status: 'DEADLINE_EXCEEDED',
  },
  cancelled: { code: 499, message: 'The batch was cancelled before this request was executed.', status: 'CANCELLED' },
}

function resultOf(end: LineEnd): { result: string; isSuccess: boolean } {
  switch (end.kind) {
    case 'cancelled':
    case 'expired':
      return { result: `"error":${JSON.stringify(NEVER_CALLED[end.kind])}`, isSuccess: false }
    case 'refused':
      return { result: `"error":${JSON.stringify(errorBody(end.error).error)}`, isSuccess: false }
    case 'answered': {
      const body = asOneLine(end.body)
      if (end.status < 400) return { result: `"response":${body}`, isSuccess: true }
      const { error } = JSON.parse(body) as JsonObject // a vendor's error that passes has one
      return { result: `"error":${JSON.stringify(error ?? { code: end.status })}`, isSuccess: false }
    }
  }
}
