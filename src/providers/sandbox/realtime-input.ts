import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { BODY_LIMITS, checkJson } from '../../core/json-limits.ts'

/** What clients send in a realtime session of the sandbox, checked and read as a request of its language model. */

const MAX_OUTPUT_TOKENS = 4_096

/** A client's event that breaks a rule; it is answered with an `error`, and the session goes on. */
export class Refused extends Error {
  readonly code: string
  readonly param: string | null

  constructor(
    message: string,
    { code = 'invalid_value', param = null }: { code?: string; param?: string | null } = {},
  ) {
    super(message)
    this.code = code
    this.param = param
  }
}

export function eventIn(text: string): JsonObject {
  let event: unknown
  try {
    checkJson(Buffer.from(text), BODY_LIMITS)
    event = JSON.parse(text)
  } catch (error) {
    const why = error instanceof PolyphonyError ? error.message : 'The event is not valid JSON.'
    throw new Refused(why, { code: 'invalid_json' })
  }
  if (!isJsonObject(event as Json)) throw new Refused('The event must be a JSON object.', { code: 'invalid_json' })
  return event as JsonObject // as was just seen
}

/** The fields of a session, and of a response, that the sandbox reads. */
export function checkSession(given: JsonObject, at = 'session'): void {
  const refuse = (name: string, rule: string): never => {
    throw new Refused(`${at}.${name} ${rule}.`, { param: `${at}.${name}` })
  }
  const { type, output_modalities: modalities, instructions, tools, max_output_tokens: most } = given
  if (at === 'session' && type !== undefined && type !== 'realtime') refuse('type', 'must be "realtime"')
  const isKnown =
    Array.isArray(modalities) && modalities.length === 1 && ['text', 'audio'].includes(String(modalities[0]))
  if (modalities !== undefined && !isKnown) refuse('output_modalities', 'must be ["text"] or ["audio"]')
  if (instructions !== undefined && typeof instructions !== 'string') refuse('instructions', 'must be a string')
  if (tools !== undefined && !(Array.isArray(tools) && tools.every((tool) => isJsonObject(tool)))) {
    refuse('tools', 'must be an array of objects')
  }
  const isCount = typeof most === 'number' && Number.isInteger(most) && most >= 1 && most <= MAX_OUTPUT_TOKENS
  if (most !== undefined && most !== 'inf' && !isCount) {
    refuse('max_output_tokens', `must be a whole number from 1 to ${MAX_OUTPUT_TOKENS}, or "inf"`)
  }
  if (given.audio !== undefined && !isJsonObject(given.audio)) refuse('audio', 'must be an object')
}

export function mergedAudio(old: Json | undefined, given: Json | undefined): JsonObject {
  const one = isJsonObject(old) ? old : {}
  const two = isJsonObject(given) ? given : {}
  const part = (name: string) => ({
    ...(isJsonObject(one[name]) ? one[name] : {}),
    ...(isJsonObject(two[name]) ? two[name] : {}),
  })
  return { input: part('input'), output: part('output') }
}

export function formatIn(audio: Json | undefined): string | undefined {
  const output = isJsonObject(audio) && isJsonObject(audio.output) ? audio.output : {}
  return isJsonObject(output.format) && typeof output.format.type === 'string' ? output.format.type : undefined
}

const ITEM_TYPES = ['message', 'function_call', 'function_call_output']
const ROLES = ['user', 'assistant', 'system']

export function checkItem({ type, role, content, call_id: callId, output }: JsonObject): void {
  if (!ITEM_TYPES.includes(String(type))) {
    throw new Refused(`item.type must be one of ${ITEM_TYPES.join(', ')}.`, { param: 'item.type' })
  }
  if (type === 'message') {
    if (!ROLES.includes(String(role)))
      throw new Refused(`item.role must be one of ${ROLES.join(', ')}.`, { param: 'item.role' })
    const isList = Array.isArray(content) && content.length > 0 && content.every((part) => isJsonObject(part))
    if (!isList) throw new Refused('item.content must be an array of objects.', { param: 'item.content' })
  }
  if (type === 'function_call_output' && (typeof callId !== 'string' || typeof output !== 'string')) {
    throw new Refused('item.call_id and item.output must be strings.', { param: 'item' })
  }
}

type Message = LanguageModelV4Prompt[number]

export function optionsOf(
  setting: JsonObject,
  items: readonly JsonObject[],
  signal: AbortSignal,
): LanguageModelV4CallOptions {
  const { instructions, tools, tool_choice: choice, max_output_tokens: most } = setting
  const system: Message[] =
    typeof instructions === 'string' && instructions !== '' ? [{ role: 'system', content: instructions }] : []
  const calls = items.filter(({ type }) => type === 'function_call')
  const names = new Map(calls.map((item) => [String(item.call_id), String(item.name)]))
  const functions = (Array.isArray(tools) ? tools : []).filter(isJsonObject).filter(({ type }) => type === 'function')
  return {
    prompt: [...system, ...items.flatMap((item) => messageOf(item, names))],
    tools: functions.map(({ name, description, parameters }) => ({
      type: 'function' as const,
      name: String(name),
      ...(typeof description === 'string' ? { description } : {}),
      inputSchema: (isJsonObject(parameters) ? parameters : { type: 'object' }) as never, // the model reads it as JSON
    })),
    ...choiceOf(choice),
    ...(typeof most === 'number' ? { maxOutputTokens: most } : {}),
    abortSignal: signal,
  }
}

function choiceOf(choice: Json | undefined): Pick<LanguageModelV4CallOptions, 'toolChoice'> {
  if (choice === 'none' || choice === 'required' || choice === 'auto') return { toolChoice: { type: choice } }
  if (isJsonObject(choice) && typeof choice.name === 'string')
    return { toolChoice: { type: 'tool', toolName: choice.name } }
  return {}
}

function messageOf(item: JsonObject, names: ReadonlyMap<string, string>): Message[] {
  const { type, role, call_id: callId, name, arguments: input, output } = item
  if (type === 'function_call') {
    const call = { toolCallId: String(callId), toolName: String(name), input: String(input) }
    return [{ role: 'assistant', content: [{ type: 'tool-call', ...call }] }]
  }
  if (type === 'function_call_output') {
    const toolName = names.get(String(callId)) ?? 'tool'
    const value = { type: 'text' as const, value: String(output) }
    return [{ role: 'tool', content: [{ type: 'tool-result', toolCallId: String(callId), toolName, output: value }] }]
  }
  const text = textOf(item.content)
  if (role === 'system') return [{ role: 'system', content: text }]
  return [{ role: role === 'assistant' ? 'assistant' : 'user', content: [{ type: 'text', text }] }]
}

function textOf(content: Json | undefined): string {
  const parts = Array.isArray(content) ? content.filter(isJsonObject) : []
  return parts.map(({ text, transcript, type }) => String(text ?? transcript ?? `[${String(type)}]`)).join('\n')
}
