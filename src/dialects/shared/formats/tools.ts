import type { JSONSchema7, LanguageModelV4ToolChoice, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { invalidInput } from '../../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'
import { shown } from '../../kit/fields.ts'
import type { Draft } from './draft.ts'

export interface ToolDeclaration {
  name: string
  description: string | undefined
  schema: JsonObject | undefined
  strict?: boolean | undefined
  /** Options of the tool itself that only one vendor reads. */
  vendorOptions?: SharedV4ProviderOptions
}

/** Offers a function to the model. Throws `invalid_input` for a name that was declared before. */
export function offerTool(draft: Draft, tool: ToolDeclaration, field: string): void {
  const { name, description, schema, strict, vendorOptions } = tool
  const offered = draft.options.tools ?? []
  if (offered.some((other) => other.name === name)) throw invalidInput(field, `declares ${shown(name)} a second time`)
  draft.options.tools = [
    ...offered,
    {
      type: 'function',
      name,
      inputSchema: jsonSchema(schema ?? { type: 'object', properties: {} }),
      ...(description === undefined ? {} : { description }),
      ...(strict === undefined ? {} : { strict }),
      ...(vendorOptions === undefined ? {} : { providerOptions: vendorOptions }),
    },
  ]
}

/** A caller's schema goes to the vendor as it is, and the vendor checks it. */
export function jsonSchema(schema: JsonObject): JSONSchema7 {
  return schema as JSONSchema7
}

/** Lets the model call one named tool. Throws `invalid_input` for a tool that is not offered. */
export function oneTool(draft: Draft, name: string, field: string): LanguageModelV4ToolChoice {
  if (!draft.options.tools?.some((tool) => tool.name === name))
    throw invalidInput(field, `names ${shown(name)}, which is not among the tools`)
  return { type: 'tool', toolName: name }
}

/** Says that the model may make only one call at a time, or that it may make several. */
export function allowParallelCalls(draft: Draft, isAllowed: boolean | undefined, field: string): void {
  if (isAllowed === undefined) return
  draft.forVendor('openai', { parallelToolCalls: isAllowed })
  if (isAllowed) return // what vendors do by themselves
  draft.forVendor('openaiCompatible', { parallel_tool_calls: false })
  draft.forVendor('anthropic', { disableParallelToolUse: true })
  draft.features.set('parallelToolCalls', field)
}

/** The calls that an assistant made so far: results name a call, and models want the name of its tool. */
export class Calls {
  readonly #tools = new Map<string, string>()

  add(id: string, tool: string): void {
    this.#tools.set(id, tool)
  }

  toolOf(id: string, field: string): string {
    const tool = this.#tools.get(id)
    if (tool === undefined) throw invalidInput(field, `names ${shown(id)}, which no earlier tool call has`)
    return tool
  }
}

/** The arguments of an earlier call as an object. Throws `invalid_input`. */
export function argumentsIn(text: string, field: string): JsonObject {
  if (text.trim() === '') return {}
  const value = parsed(text)
  if (!isJsonObject(value)) throw invalidInput(field, 'must be a JSON object, written as a string')
  return value
}

/** The arguments of a model's call; a model may write what is no JSON object, and then this is undefined. */
export function objectIn(text: string): JsonObject | undefined {
  const value = text.trim() === '' ? {} : parsed(text)
  return isJsonObject(value) ? value : undefined
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
