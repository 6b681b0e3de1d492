import type { Format, Kept } from '../../calls/format.ts'
import { isId } from '../../calls/stored-responses.ts'
import { toolsUsed } from '../../calls/usage.ts'
import { metersOf, type Words } from '../shared/formats/meter.ts'
import { boundOfResponses } from './bounds.ts'
import { errorBody } from './errors.ts'
import { containersOfResponse, itemsOfResponse, namedInResponse } from './named-items.ts'
import { readResponses } from './read-responses.ts'
import { gigabytesOf, picturesDrawn, responseExtras, responsesUsage } from './usage.ts'
import { writeResponses } from './write-responses.ts'
import { streamResponses } from './write-responses-stream.ts'

/** The events after which no other comes. */
const ENDS: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

/** Who does not say `store: false` gets a response that is kept: https://platform.openai.com/docs/api-reference/responses/create. */
export const kept: Kept = {
  idOf: ({ id, store }, request) => (request.store !== false && store !== false && isId(id) ? id : undefined),
  streamedId(meter, request) {
    const id = request.store === false ? undefined : meter.answerId()
    return isId(id) ? id : undefined
  },
  // Containers live by themselves, whether the response is stored or not.
  itemsOf: (answer, request) => [
    ...containersOfResponse(answer),
    ...(request.store === false ? [] : itemsOfResponse(answer)),
  ],
  streamedItems: (meter, request) => [...meter.containerIds(), ...(request.store === false ? [] : meter.itemIds())],
  namedIn: namedInResponse,
}

/** Where the events that repeat the request say how much memory containers have. */
const MEMORY_LIMITS = ['response.tools.container.memory_limit', 'response.tools.environment.memory_limit']

function gigabytesIn(words: Words): number {
  return gigabytesOf(MEMORY_LIMITS.flatMap((path) => words.kinds(path)))
}

/** The Responses API (https://platform.openai.com/docs/api-reference/responses). */
export const responsesFormat: Format = {
  id: 'openai-responses',
  kept,
  read: readResponses,
  answer: writeResponses,
  openStream: streamResponses,
  failure: errorBody,
  usageOf: (answer) => responsesUsage(answer.usage, responseExtras(answer)),
  meter: metersOf({
    usage: ['response.usage', 'response.tool_usage.image_gen'],
    // Of all events that have a `delta`: text, refusals, summaries of reasoning, and arguments of calls.
    text: ['delta'],
    // The last event has all of the output; those before it have none.
    words: [
      'type',
      'response.id',
      'response.service_tier',
      'response.output.action.type',
      'response.output.type',
      'response.output.container_id',
      'response.output.id',
      'response.output.environment.container_id',
      ...MEMORY_LIMITS,
      'item.id',
      'item.container_id',
      'item.environment.container_id',
    ],
    read: (found, words) =>
      responsesUsage(found['response.usage'], {
        tier: words.last('response.service_tier'),
        webSearches: words.countOf('response.output.action.type', 'search'),
        fileSearches: words.countOf('response.output.type', 'file_search_call'),
        codeContainers:
          (words.kindsOf('response.output.container_id') + words.kindsOf('response.output.environment.container_id')) *
          gigabytesIn(words),
        imageGen: found['response.tool_usage.image_gen'],
        pictures: words.countOf('response.output.type', 'image_generation_call'),
      }),
    answerId: 'response.id',
    itemIds: ['item.id', 'response.output.id'],
    containerIds: [
      'item.container_id',
      'item.environment.container_id',
      'response.output.container_id',
      'response.output.environment.container_id',
    ],
    ends: (words) => ENDS.has(words.last('type') ?? ''),
    endsOnce: true,
    errors: ['response.error'],
    fails: (words) => words.last('type') === 'error',
    toolUses: (words) =>
      toolsUsed({
        webSearches: words.countOf('type', 'response.web_search_call.completed'),
        fileSearches: words.countOf('type', 'response.file_search_call.completed'),
        codeContainers:
          Math.min(1, words.countOf('type', 'response.code_interpreter_call.completed')) * gigabytesIn(words),
        ...picturesDrawn(undefined, words.countOf('type', 'response.image_generation_call.completed')),
      }),
  }),
  boundOf: boundOfResponses,
}
