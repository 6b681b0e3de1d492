import type { Format } from '../../calls/format.ts'
import { toolsUsed } from '../../calls/usage.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { boundOfResponses } from './bounds.ts'
import { errorBody } from './errors.ts'
import { readResponses } from './read-responses.ts'
import { responseExtras, responsesUsage } from './usage.ts'
import { writeResponses } from './write-responses.ts'
import { streamResponses } from './write-responses-stream.ts'

/** The events after which no other comes. */
const ENDS: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

/** The Responses API (https://platform.openai.com/docs/api-reference/responses). */
export const responsesFormat: Format = {
  id: 'openai-responses',
  read: readResponses,
  answer: writeResponses,
  openStream: streamResponses,
  failure: errorBody,
  usageOf: (answer) => responsesUsage(answer.usage, responseExtras(answer)),
  meter: metersOf({
    usage: ['response.usage'],
    // Of all events that have a `delta`: text, refusals, summaries of reasoning, and arguments of calls.
    text: ['delta'],
    // The last event has all of the output; those before it have none.
    words: [
      'type',
      'response.service_tier',
      'response.output.action.type',
      'response.output.type',
      'response.output.container_id',
    ],
    read: (found, words) =>
      responsesUsage(found['response.usage'], {
        tier: words.last('response.service_tier'),
        webSearches: words.countOf('response.output.action.type', 'search'),
        fileSearches: words.countOf('response.output.type', 'file_search_call'),
        codeContainers: words.kindsOf('response.output.container_id'),
      }),
    ends: (words) => ENDS.has(words.last('type') ?? ''),
    endsOnce: true,
    errors: ['response.error'],
    fails: (words) => words.last('type') === 'error',
    toolUses: (words) =>
      toolsUsed({
        webSearches: words.countOf('type', 'response.web_search_call.completed'),
        fileSearches: words.countOf('type', 'response.file_search_call.completed'),
        codeContainers: Math.min(1, words.countOf('type', 'response.code_interpreter_call.completed')),
      }),
  }),
  boundOf: boundOfResponses,
}
