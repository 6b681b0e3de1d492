import type { Named, NamedId } from '../../calls/format.ts'
import { isId } from '../../calls/stored-responses.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { noFile } from '../shared/formats/no-file.ts'

/**
 * What requests of OpenAI's formats name of what is kept at the account that answers: items of earlier responses
 * (https://platform.openai.com/docs/api-reference/responses/create), the sound of an earlier answer, containers and files. Our
 * own files are in the request already.
 */

/** A stored response is gone on from; its items may be named one by one, too. */
export function namedInResponse({ previous_response_id: previous, conversation, input, tools }: JsonObject): Named {
  const each = objectsIn(input)
  const items = [
    ...each.flatMap(({ at, object }) => itemIn(object, `input[${at}].id`)),
    ...objectsIn(tools).flatMap(({ at, object }) => idIn(object.container, `tools[${at}].container`)),
  ]
  const file = fileIn(input, 'input', 0) ?? fileIn(tools, 'tools', 0)
  return {
    ...(typeof previous === 'string' ? { response: { id: previous, field: 'previous_response_id' } } : {}),
    ...(items.length === 0 ? {} : { items }),
    ...(conversation === undefined || conversation === null
      ? othersOf(file)
      : { others: { field: 'conversation', reason: NO_CONVERSATION } }),
  }
}

/** Most messages are a text, which is not looked into: this runs for each call. */
export function namedInChat({ messages }: JsonObject): Named {
  const items: NamedId[] = []
  let file: NamedId | undefined
  const each = Array.isArray(messages) ? messages : []
  for (let at = 0; at < each.length; at++) {
    const message = each[at]
    if (!isJsonObject(message)) continue
    const { audio, content } = message
    if (isJsonObject(audio)) items.push(...idIn(audio.id, `messages[${at}].audio.id`))
    if (file === undefined && Array.isArray(content)) file = fileIn(content, `messages[${at}].content`, 0)
  }
  if (items.length === 0 && file === undefined) return NOTHING
  return { ...(items.length === 0 ? {} : { items }), ...othersOf(file) }
}

const NOTHING: Named = {}

const NO_CONVERSATION =
  'Conversations are not kept here. Send the whole of input, or go on from a response by previous_response_id.'

function othersOf(file: NamedId | undefined): Pick<Named, 'others'> {
  return file === undefined ? {} : { others: { field: file.field, reason: noFile(file.id) } }
}

/** An item that has its content is none that has to be looked up; one without a type and a role is a reference. */
function itemIn(item: JsonObject, field: string): NamedId[] {
  const { type = null, role = null, id } = item
  switch (type) {
    case 'item_reference':
      return idIn(id, field)
    case null:
      return role === null ? idIn(id, field) : []
    case 'reasoning':
      return item.encrypted_content || (Array.isArray(item.content) && item.content.length > 0) ? [] : idIn(id, field)
    case 'image_generation_call':
      return item.result ? [] : idIn(id, field)
    default:
      return []
  }
}

function idIn(id: Json | undefined, field: string): NamedId[] {
  return typeof id === 'string' && id !== '' ? [{ id, field }] : []
}

function objectsIn(value: Json | undefined): { at: number; object: JsonObject }[] {
  const each = Array.isArray(value) ? value : []
  return each.flatMap((object, at) => (isJsonObject(object) ? [{ at, object }] : []))
}

/** As deep as files can stand in a request. */
const MAX_DEPTH = 8

/** The first file that is named by its id. */
function fileIn(value: Json | undefined, path: string, depth: number): NamedId | undefined {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) {
      const found = fileIn(one, `${path}[${at}]`, depth + 1)
      if (found) return found
    }
    return undefined
  }
  const { file_id: id, file_ids: ids } = value
  if (typeof id === 'string' && id !== '') return { id, field: `${path}.file_id` }
  const listed = Array.isArray(ids) ? ids.findIndex((one) => typeof one === 'string') : -1
  if (listed !== -1) return { id: String((ids as Json[])[listed]), field: `${path}.file_ids[${listed}]` } // a list, by the line before
  for (const [name, one] of Object.entries(value)) {
    if (OPAQUE.has(name)) continue
    const found = fileIn(one, `${path}.${name}`, depth + 1)
    if (found) return found
  }
  return undefined
}

/** Members that are the caller's own data, or say of an earlier answer where it had something from. */
const OPAQUE: ReadonlySet<string> = new Set(['parameters', 'annotations', 'results', 'outputs', 'metadata', 'filters'])

/** The ids of what a response has: its items, and the containers in which code ran. */
export function itemsOfResponse({ output }: JsonObject): string[] {
  return objectsIn(output).flatMap(({ object: { id, container_id: container } }) => [id, container].filter(isId))
}

/** The ids of the sounds of an answer. */
export function soundsOfChat({ choices }: JsonObject): string[] {
  return objectsIn(choices).flatMap(({ object: { message } }) =>
    isJsonObject(message) && isJsonObject(message.audio) ? [message.audio.id].filter(isId) : [],
  )
}
