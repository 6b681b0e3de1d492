import type { Bound } from '../../calls/format.ts'
import { toolsUsed } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import {
  atLeastOne,
  type Counted,
  countedFile,
  countInput,
  decodedLength,
  limitIn,
  USUAL_TOOL_USES,
  writtenLength,
} from '../shared/formats/bound.ts'
import { CacheWrites } from '../shared/formats/cache-control.ts'
import { gigabytesOf, memoryLimitsIn } from './usage.ts'

export function boundOfChat(body: JsonObject): Bound {
  const { messages, tools, functions, response_format } = body
  const written = new CacheWrites()
  const counted = countInput([messages], (object) => {
    written.note(object)
    return mediaOf(object)
  })
  for (const tool of Array.isArray(tools) ? tools.filter(isJsonObject) : []) written.note(tool)
  return {
    ...counted,
    inputCharacters:
      counted.inputCharacters + writtenLength(tools) + writtenLength(functions) + writtenLength(response_format),
    maxOutputTokens: limitIn(body.max_completion_tokens, body.max_tokens),
    choices: atLeastOne(body.n),
    ...written.found(),
    ...dearerTier(body),
    ...(Array.isArray(body.modalities) && body.modalities.includes('audio') ? { mayAnswerAudio: true } : {}),
  }
}

export function boundOfResponses(body: JsonObject): Bound {
  const { input, instructions, tools, text } = body
  const counted = countInput([input, instructions], mediaOf)
  return {
    ...counted,
    inputCharacters: counted.inputCharacters + writtenLength(tools) + writtenLength(text),
    maxOutputTokens: limitIn(body.max_output_tokens),
    choices: 1,
    ...dearerTier(body),
    ...toolsIn(body),
  }
}

/** As many as an answer has where the request names no bound, and what the largest have. */
const USUAL_PICTURES = 2
const MOST_TOKENS_PER_PICTURE = 6_240

/** The tools with a fee (https://platform.openai.com/docs/pricing#built-in-tools), for which `max_tool_calls` counts together. */
function toolsIn({ tools, max_tool_calls: most }: JsonObject): Pick<Bound, 'tools'> {
  const types = (Array.isArray(tools) ? tools.filter(isJsonObject) : []).map(({ type }) => String(type))
  const calls = limitIn(most) ?? USUAL_TOOL_USES
  const found = toolsUsed({
    webSearches: types.some((type) => type.startsWith('web_search')) ? calls : 0,
    fileSearches: types.includes('file_search') ? calls : 0,
    codeContainers:
      (types.filter((type) => type === 'code_interpreter').length + shellsIn(tools)) *
      gigabytesOf(memoryLimitsIn(tools)),
    toolImageTokens: types.includes('image_generation')
      ? (limitIn(most) ?? USUAL_PICTURES) * MOST_TOKENS_PER_PICTURE
      : 0,
  })
  return Object.keys(found).length === 0 ? {} : { tools: found }
}

/** Those in containers of the vendor's: a shell may be the caller's own. */
function shellsIn(tools: Json | undefined): number {
  const shells = (Array.isArray(tools) ? tools.filter(isJsonObject) : []).filter(({ type }) => type === 'shell')
  return shells.filter(({ environment }) => isJsonObject(environment) && environment.type !== 'local').length
}

/** Of a cheaper tier it is not known before the answer whether it was given. */
function dearerTier({ service_tier }: JsonObject): Pick<Bound, 'serviceTier'> {
  return service_tier === 'priority' ? { serviceTier: service_tier } : {}
}

/** Parts with files, in the forms of both APIs. */
function mediaOf(object: JsonObject): Counted | undefined {
  switch (object.type) {
    case 'image_url':
    case 'input_image':
    case 'computer_screenshot':
      return { images: 1 }
    case 'input_audio':
      return { audioBytes: decodedLength(isJsonObject(object.input_audio) ? object.input_audio.data : undefined) }
    case 'file':
      return countedData(isJsonObject(object.file) ? object.file.file_data : undefined)
    case 'input_file':
      return countedData(object.file_data)
    default:
      return undefined
  }
}

function countedData(data: Json | undefined): Counted {
  if (typeof data !== 'string') return {}
  const [, mediaType] = /^data:([^;,]{1,100})/.exec(data) ?? []
  return countedFile(mediaType ?? '', data)
}
