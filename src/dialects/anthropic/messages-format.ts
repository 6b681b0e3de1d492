import type { Bound, Format, Named, NamedId } from '../../calls/format.ts'
import { isId } from '../../calls/stored-responses.ts'
import { toolsUsed } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { errorBody, THREAD_PLACE } from '../shared/anthropic-errors.ts'
import {
  type Counted,
  countedFile,
  countInput,
  limitIn,
  USUAL_TOOL_USES,
  writtenLength,
} from '../shared/formats/bound.ts'
import { CacheWrites } from '../shared/formats/cache-control.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { noFile, notHere } from '../shared/formats/no-file.ts'
import { readMessages } from './read-messages.ts'
import { messagesUsage, streamedUsage } from './usage.ts'
import { writeMessage } from './write-message.ts'
import { streamMessage } from './write-message-stream.ts'

/** Anthropic's Messages API (https://docs.anthropic.com/en/api/messages). */
export const messagesFormat: Format = {
  id: 'anthropic',
  kept: {
    idOf: ({ id }, request) => (isJsonObject(request.thread) && isId(id) ? id : undefined),
    streamedId(meter, request) {
      const id = isJsonObject(request.thread) ? meter.answerId() : undefined
      return isId(id) ? id : undefined
    },
    itemsOf: ({ container }) => (isJsonObject(container) ? [container.id].filter(isId) : []),
    streamedItems: (meter) => meter.containerIds(),
    namedIn,
  },
  read: readMessages,
  answer: writeMessage,
  openStream: streamMessage,
  failure: errorBody,
  usageOf: (answer) => messagesUsage(answer.usage),
  meter: metersOf({
    usage: ['message.usage', 'usage'],
    text: ['delta.text', 'delta.thinking', 'delta.partial_json'],
    words: [
      'type',
      'content_block.type',
      'delta.stop_reason',
      'message.id',
      'message.container.id',
      'delta.container.id',
    ],
    answerId: 'message.id',
    containerIds: ['message.container.id', 'delta.container.id'],
    ends: (words) => words.kindsOf('delta.stop_reason') > 0,
    closing: {
      text: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
      isIn: (words) => words.countOf('type', 'message_stop') > 0,
    },
    endsOnce: true,
    errors: ['error'],
    read: (found) => streamedUsage(found['message.usage'], found.usage),
    last: 'usage',
    toolUses: (words) => toolsUsed({ webSearches: words.countOf('content_block.type', 'web_search_tool_result') }),
  }),
  boundOf,
}

/**
 * What a request names of what is kept at the account that answers: the conversation that it goes on with, the container of
 * earlier code, and files. Our own files are in the request already.
 */
export function namedIn({ thread, container, messages, system, tools, fallbacks }: JsonObject): Named {
  const previous = isJsonObject(thread) ? thread.previous_message_id : undefined
  const [id, field] = isJsonObject(container) ? [container.id, 'container.id'] : [container, 'container']
  const file = fileIn([system, messages] as Json, 0)
  const skill = isJsonObject(container) ? ownSkillIn(container.skills) : undefined
  const models = [...fallbacksIn(fallbacks), ...advisorsIn(tools)]
  return {
    ...(models.length === 0 ? {} : { models }),
    ...(typeof previous === 'string' ? { response: { id: previous, field: THREAD_PLACE } } : {}),
    ...(typeof id === 'string' && id !== '' ? { items: [{ id, field }] } : {}),
    ...(file === undefined ? {} : { others: { field: 'file_id', reason: noFile(file) } }),
    ...(skill ? { others: { field: skill.field, reason: notHere('skill', skill.id) } } : {}),
  }
}

/**
 * Models that answer where the named one declines (https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback).
 * In place of a list there may be "default", Anthropic's own choice: it leads to no model that the caller could pick.
 */
function fallbacksIn(fallbacks: Json | undefined): NamedId[] {
  return (Array.isArray(fallbacks) ? fallbacks : []).flatMap((one, at) =>
    isJsonObject(one) ? [{ id: String(one.model), field: `fallbacks[${at}].model` }] : [],
  )
}

/** The model that the named one may ask for advice: https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool. */
function advisorsIn(tools: Json | undefined): NamedId[] {
  return (Array.isArray(tools) ? tools : []).flatMap((tool, at) =>
    isJsonObject(tool) && typeof tool.type === 'string' && tool.type.startsWith('advisor_')
      ? [{ id: String(tool.model), field: `tools[${at}].model` }]
      : [],
  )
}

/** Those of the type `anthropic` are everyone's: https://docs.anthropic.com/en/docs/build-with-claude/skills-guide. */
function ownSkillIn(skills: Json | undefined): NamedId | undefined {
  const each = Array.isArray(skills) ? skills : []
  const at = each.findIndex((one) => isJsonObject(one) && one.type === 'custom' && isId(one.skill_id))
  const found = each[at]
  return isJsonObject(found) ? { id: String(found.skill_id), field: `container.skills[${at}].skill_id` } : undefined
}

/** Messages are a list, each with a list of parts; a result of a tool within one has parts of its own. */
const MAX_DEPTH = 8

/** The first file that a part names: https://docs.anthropic.com/en/docs/build-with-claude/files. */
function fileIn(value: Json | undefined, depth: number): string | undefined {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (const one of value) {
      const found = fileIn(one, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  const { type, file_id: id, source, content } = value
  if (typeof id === 'string' && (type === 'file' || type === 'container_upload')) return id
  return fileIn(source, depth + 1) ?? fileIn(content, depth + 1)
}

function boundOf(body: JsonObject): Bound {
  const { system, messages, tools, output_config, output_format } = body
  const written = new CacheWrites()
  const counted = countInput([system, messages], (object) => {
    written.note(object)
    return mediaOf(object)
  })
  for (const object of [body, ...(Array.isArray(tools) ? tools.filter(isJsonObject) : [])]) written.note(object)
  const declared = writtenLength(tools) + writtenLength(output_config) + writtenLength(output_format)
  return {
    ...counted,
    inputCharacters: counted.inputCharacters + declared,
    maxOutputTokens: limitIn(body.max_tokens),
    choices: 1,
    ...toolsIn(tools),
    ...written.found(),
    ...(body.speed === 'fast' ? { serviceTier: body.speed } : {}),
  }
}

/** https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool: the tool with a fee. */
function toolsIn(tools: Json | undefined): Pick<Bound, 'tools'> {
  const webSearches = (Array.isArray(tools) ? tools.filter(isJsonObject) : [])
    .filter(({ type }) => typeof type === 'string' && type.startsWith('web_search'))
    .reduce((sum, { max_uses: most }) => sum + (limitIn(most) ?? USUAL_TOOL_USES), 0)
  return webSearches === 0 ? {} : { tools: { webSearches } }
}

function mediaOf(object: JsonObject): Counted | undefined {
  if (object.type === 'image') return { images: 1 }
  const { source } = object
  if (object.type !== 'document' || !isJsonObject(source) || source.type !== 'base64') return undefined
  return countedFile(source.media_type, source.data)
}
