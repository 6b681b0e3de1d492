import type { Bound, Format } from '../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import {
  atLeastOne,
  type Counted,
  countedFile,
  countInput,
  limitIn,
  USUAL_TOOL_USES,
  writtenLength,
} from '../shared/formats/bound.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { errorBody } from './errors.ts'
import { kept } from './named-items.ts'
import { readGenerate } from './read-generate.ts'
import { generateUsage, searchesIn } from './usage.ts'
import { writeResponse } from './write-response.ts'
import { streamResponse } from './write-response-stream.ts'

const SEARCHES = 'candidates.groundingMetadata.webSearchQueries'
const PLACES = 'candidates.groundingMetadata.groundingChunks.maps.uri'

/** Gemini's generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content). */
export const generateFormat: Format = {
  id: 'gemini',
  kept,
  read: readGenerate,
  answer: writeResponse,
  openStream: streamResponse,
  failure: errorBody,
  usageOf: (answer) => generateUsage(answer.usageMetadata, searchesIn(answer)),
  meter: metersOf({
    usage: ['usageMetadata'],
    text: ['candidates.content.parts.text'],
    words: [SEARCHES, PLACES, 'promptFeedback.blockReason'],
    choices: { each: 'candidates', index: 'candidates.index', reason: 'candidates.finishReason' },
    ends: (words) => words.kindsOf('promptFeedback.blockReason') > 0,
    endsOnce: false,
    errors: ['error'],
    read: (found, words) =>
      generateUsage(found.usageMetadata, words.kindsOf(SEARCHES) + Math.min(1, words.kindsOf(PLACES))),
  }),
  boundOf,
}

function boundOf(body: JsonObject): Bound {
  const config = objectOr(body.generationConfig ?? body.generation_config)
  const counted = countInput([body.contents, body.systemInstruction ?? body.system_instruction], mediaOf)
  const schema =
    config.responseSchema ?? config.response_schema ?? config.responseJsonSchema ?? config.response_json_schema
  return {
    ...counted,
    inputCharacters: counted.inputCharacters + writtenLength(body.tools) + writtenLength(schema),
    maxOutputTokens: limitIn(config.maxOutputTokens, config.max_output_tokens),
    choices: atLeastOne(config.candidateCount ?? config.candidate_count),
    ...toolsIn(body.tools),
    ...dearerTier(body.serviceTier ?? body.service_tier),
    ...audioIn(config.responseModalities ?? config.response_modalities),
  }
}

function toolsIn(tools: Json | undefined): Pick<Bound, 'tools'> {
  const each = Array.isArray(tools) ? tools.filter(isJsonObject) : []
  const searches = each.some((tool) => Object.keys(tool).some((name) => SEARCH_TOOLS.has(name)))
  return searches ? { tools: { webSearches: USUAL_TOOL_USES } } : {}
}

/** https://ai.google.dev/gemini-api/docs/priority-inference: in small letters, or as the name of a constant. */
function dearerTier(tier: Json | undefined): Pick<Bound, 'serviceTier'> {
  return tier === 'priority' || tier === 'SERVICE_TIER_PRIORITY' ? { serviceTier: 'priority' } : {}
}

/** https://ai.google.dev/gemini-api/docs/google-search, in both spellings of the API. */
const SEARCH_TOOLS: ReadonlySet<string> = new Set([
  'googleSearch',
  'google_search',
  'googleSearchRetrieval',
  'google_search_retrieval',
  'googleMaps',
  'google_maps',
])

function audioIn(modalities: Json | undefined): Pick<Bound, 'mayAnswerAudio'> {
  return Array.isArray(modalities) && modalities.includes('AUDIO') ? { mayAnswerAudio: true } : {}
}

function mediaOf(object: JsonObject): Counted | undefined {
  const inline = object.inlineData ?? object.inline_data
  if (isJsonObject(inline)) return countedFile(inline.mimeType ?? inline.mime_type, inline.data)
  const stored = object.fileData ?? object.file_data
  return isJsonObject(stored) ? countedFile(stored.mimeType ?? stored.mime_type, undefined) : undefined
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
