import type { Named, NamedId } from '../../calls/format.ts'
import { isId } from '../../calls/stored-responses.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { noFile, notHere } from '../shared/formats/no-file.ts'

/**
 * What requests of OpenAI's formats name of what is kept at the account that answers: items of earlier responses
 * (https://platform.openai.com/docs/api-reference/responses/create), the sound of an earlier answer, containers and files. Our
 * own files are in the request already.
 */

/** A stored response is gone on from; its items may be named one by one, too. */
export function namedInResponse({
  previous_response_id: previous,
  conversation,
  input,
  tools,
  prompt,
}: JsonObject): Named {
  const each = objectsIn(input)
  const withTools = objectsIn(tools)
  const items = [
    ...each.flatMap(({ at, object }) => itemIn(object, `input[${at}].id`)),
    ...withTools.flatMap(({ at, object }) => containerIn(object, `tools[${at}]`)),
  ]
  const others =
    (conversation === undefined || conversation === null
      ? undefined
      : { field: 'conversation', reason: NO_CONVERSATION }) ??
    promptIn(prompt) ??
    firstOf(withTools, ({ at, object }) => madeForTool(object, `tools[${at}]`)) ??
    othersOf(firstOf(each, ({ at, object }) => fileInItem(object, `input[${at}]`)))
  return {
    ...(typeof previous === 'string' ? { response: { id: previous, field: 'previous_response_id' } } : {}),
    ...(items.length === 0 ? {} : { items }),
    ...(others ? { others } : {}),
  }
}

/** The container in which the code interpreter or the shell goes on. */
function containerIn({ container, environment }: JsonObject, path: string): NamedId[] {
  const id = isJsonObject(environment) ? environment.container_id : undefined
  return [...idIn(container, `${path}.container`), ...idIn(id, `${path}.environment.container_id`)]
}

function promptIn(prompt: Json | undefined, path = 'prompt'): Named['others'] {
  const [named] = isJsonObject(prompt) ? idIn(prompt.id, `${path}.id`) : []
  return named && { field: named.field, reason: notHere('prompt', named.id) }
}

/** A voice of the account's own, which is an object; those of OpenAI are texts, and everyone's. */
function voiceIn(voice: Json | undefined, path: string): Named['others'] {
  const [named] = isJsonObject(voice) ? idIn(voice.id, `${path}.id`) : []
  return named && { field: named.field, reason: notHere('voice', named.id) }
}

/** What `POST /v1/audio/speech` names. */
export function namedInSpeech({ voice }: JsonObject): Named {
  const others = voiceIn(voice, 'voice')
  return others ? { others } : {}
}

/**
 * What the settings of a realtime session, or of one response in it, name
 * (https://platform.openai.com/docs/api-reference/realtime-client-events). Items that they name are the session's own.
 */
export function namedInSession({ prompt, audio, voice, tools }: JsonObject, path: string): Named['others'] {
  const output = isJsonObject(audio) && isJsonObject(audio.output) ? audio.output : {}
  return (
    promptIn(prompt, `${path}.prompt`) ??
    voiceIn(output.voice, `${path}.audio.output.voice`) ??
    voiceIn(voice, `${path}.voice`) ?? // its place until 2025-08
    firstOf(objectsIn(tools), ({ at, object }) => tunnelIn(object, `${path}.tools[${at}]`))
  )
}

/** The way to a server in the network of the account's owner: https://platform.openai.com/docs/guides/tools-remote-mcp. */
function tunnelIn({ tunnel_id: id }: JsonObject, path: string): Named['others'] {
  const [named] = idIn(id, `${path}.tunnel_id`)
  return named && { field: named.field, reason: notHere('tunnel', named.id) }
}

/** What a tool is given of what was made at the vendor before: tunnels, files, stores of files, skills. */
function madeForTool(tool: JsonObject, path: string): Named['others'] {
  const { container, environment, vector_store_ids: stores, input_image_mask: mask } = tool
  const tunnel = tunnelIn(tool, path)
  if (tunnel) return tunnel
  const [store] = idsIn(stores, `${path}.vector_store_ids`)
  if (store) return { field: store.field, reason: notHere('vector store', store.id) }
  const [skill] = isJsonObject(environment)
    ? objectsIn(environment.skills).flatMap(({ at, object }) =>
        ownSkill(object, `${path}.environment.skills[${at}].skill_id`),
      )
    : []
  if (skill) return { field: skill.field, reason: notHere('skill', skill.id) }
  const [file] = [
    ...(isJsonObject(container) ? idsIn(container.file_ids, `${path}.container.file_ids`) : []),
    ...(isJsonObject(environment) ? idsIn(environment.file_ids, `${path}.environment.file_ids`) : []),
    ...(isJsonObject(mask) ? idIn(mask.file_id, `${path}.input_image_mask.file_id`) : []),
  ]
  return othersOf(file)
}

/** OpenAI's own skills, which are everyone's, have names: https://platform.openai.com/docs/guides/tools-skills. */
function ownSkill({ skill_id: id }: JsonObject, field: string): NamedId[] {
  return idIn(id, field).filter((one) => one.id.startsWith('skill_'))
}

/** Most messages are a text, which is not looked into: this runs for each call. */
export function namedInChat({ messages, audio: sound }: JsonObject): Named {
  const items: NamedId[] = []
  let file: NamedId | undefined
  const each = Array.isArray(messages) ? messages : []
  for (let at = 0; at < each.length; at++) {
    const message = each[at]
    if (!isJsonObject(message)) continue
    const { audio, content } = message
    if (isJsonObject(audio)) items.push(...idIn(audio.id, `messages[${at}].audio.id`))
    if (file === undefined && Array.isArray(content)) file = fileInParts(content, `messages[${at}].content`)
  }
  const voice = isJsonObject(sound) ? voiceIn(sound.voice, 'audio.voice') : undefined
  if (items.length === 0 && file === undefined && voice === undefined) return NOTHING
  const others = voice ?? othersOf(file)
  return { ...(items.length === 0 ? {} : { items }), ...(others ? { others } : {}) }
}

const NOTHING: Named = {}

const NO_CONVERSATION =
  'Conversations are not kept here. Send the whole of input, or go on from a response by previous_response_id.'

function othersOf(file: NamedId | undefined): Named['others'] {
  return file && { field: file.field, reason: noFile(file.id) }
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

function idsIn(value: Json | undefined, field: string): NamedId[] {
  return Array.isArray(value) ? value.flatMap((id, at) => idIn(id, `${field}[${at}]`)) : []
}

function firstOf<One, Found>(each: readonly One[], find: (one: One) => Found | undefined): Found | undefined {
  for (const one of each) {
    const found = find(one)
    if (found !== undefined) return found
  }
  return undefined
}

/** A message has parts, and so have results of tools; that of a computer is one part. The rest is the caller's own data. */
function fileInItem({ content, output }: JsonObject, path: string): NamedId | undefined {
  return (
    fileInParts(content, `${path}.content`) ??
    (Array.isArray(output)
      ? fileInParts(output, `${path}.output`)
      : isJsonObject(output)
        ? idIn(output.file_id, `${path}.output.file_id`)[0]
        : undefined)
  )
}

/** The first file that a part names by its id: in Responses the part itself does, in Chat Completions its `file`. */
function fileInParts(parts: Json | undefined, path: string): NamedId | undefined {
  return firstOf(
    objectsIn(parts),
    ({ at, object: { file_id: id, file } }) =>
      (isJsonObject(file) ? idIn(file.file_id, `${path}[${at}].file.file_id`)[0] : undefined) ??
      idIn(id, `${path}[${at}].file_id`)[0],
  )
}

/** The ids of the items of a response. */
export function itemsOfResponse({ output }: JsonObject): string[] {
  return objectsIn(output).flatMap(({ object: { id } }) => [id].filter(isId))
}

/** The ids of the containers in which the code interpreter or the shell ran. */
export function containersOfResponse({ output }: JsonObject): string[] {
  return objectsIn(output).flatMap(({ object: { container_id: id, environment } }) =>
    [id, isJsonObject(environment) ? environment.container_id : undefined].filter(isId),
  )
}

/** The ids of the sounds of an answer. */
export function soundsOfChat({ choices }: JsonObject): string[] {
  return objectsIn(choices).flatMap(({ object: { message } }) =>
    isJsonObject(message) && isJsonObject(message.audio) ? [message.audio.id].filter(isId) : [],
  )
}
