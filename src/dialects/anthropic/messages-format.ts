import type { Bound, Format } from '../../calls/format.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type Counted, countedFile, countInput, limitIn, writtenLength } from '../shared/formats/bound.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { errorBody } from './errors.ts'
import { readMessages } from './read-messages.ts'
import { messagesUsage, streamedUsage } from './usage.ts'
import { writeMessage } from './write-message.ts'
import { streamMessage } from './write-message-stream.ts'

/** Anthropic's Messages API (https://docs.anthropic.com/en/api/messages). */
export const messagesFormat: Format = {
  id: 'anthropic',
  read: readMessages,
  answer: writeMessage,
  openStream: streamMessage,
  failure: errorBody,
  usageOf: (answer) => messagesUsage(answer.usage),
  meter: metersOf({
    usage: ['message.usage', 'usage'],
    text: ['delta.text', 'delta.thinking', 'delta.partial_json'],
    read: (found) => streamedUsage(found['message.usage'], found.usage),
  }),
  boundOf,
}

function boundOf(body: JsonObject): Bound {
  const { system, messages, tools, output_config, output_format } = body
  const counted = countInput([system, messages], mediaOf)
  const declared = writtenLength(tools) + writtenLength(output_config) + writtenLength(output_format)
  return {
    ...counted,
    inputCharacters: counted.inputCharacters + declared,
    maxOutputTokens: limitIn(body.max_tokens),
    choices: 1,
    ...(body.speed === 'fast' ? { serviceTier: body.speed } : {}),
  }
}

function mediaOf(object: JsonObject): Counted | undefined {
  if (object.type === 'image') return { images: 1 }
  const { source } = object
  if (object.type !== 'document' || !isJsonObject(source) || source.type !== 'base64') return undefined
  return countedFile(source.media_type, source.data)
}
