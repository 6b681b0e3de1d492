import type { Format } from '../../calls/format.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { boundOfResponses } from './bounds.ts'
import { errorBody } from './errors.ts'
import { readResponses } from './read-responses.ts'
import { responsesUsage } from './usage.ts'
import { writeResponses } from './write-responses.ts'
import { streamResponses } from './write-responses-stream.ts'

/** The Responses API (https://platform.openai.com/docs/api-reference/responses). */
export const responsesFormat: Format = {
  id: 'openai-responses',
  read: readResponses,
  answer: writeResponses,
  openStream: streamResponses,
  failure: errorBody,
  usageOf: (answer) => responsesUsage(answer.usage),
  meter: metersOf({
    usage: ['response.usage'],
    // Of all events that have a `delta`: text, refusals, summaries of reasoning, and arguments of calls.
    text: ['delta'],
    read: (found) => responsesUsage(found['response.usage']),
  }),
  boundOf: boundOfResponses,
}
