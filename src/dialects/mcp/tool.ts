import type { Static, TObject } from 'typebox'
import { completedObject } from '../../catalog/complete-input.ts'
import { faultOf } from '../../catalog/read-input.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { plain } from '../kit/openapi.ts'

/** A part of a tool's result, as https://modelcontextprotocol.io/specification/2026-07-28/server/tools has it. */
export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource_link'; uri: string; name: string; mimeType?: string; size?: number }

export interface ToolResult {
  /** MCP lets results have more members, and so does the SDK's type. */
  [more: string]: unknown
  content: Content[]
  /** The same as the text, for programs. */
  structuredContent?: JsonObject
  isError?: boolean
}

/** One call of a tool: who calls, and what it may use. */
export interface Run {
  context: DialectContext
  caller: Caller
  /** Aborted when the client cancels the call or goes away. */
  signal: AbortSignal
  /** Stores a task for a submission, as the routes of the other protocols do. */
  submit(submission: Submission, idempotencyKey?: string): Promise<Task>
  /** Tells the client how far the work is, if it listens. */
  report(progress: Progress): void
}

export interface Progress {
  /** Of 100; each report of a call must be more than the one before. */
  progress: number
  message: string
}

export interface Tool {
  name: string
  title: string
  description: string
  input: TObject
  /** `none`: reads; `costs`: makes a task, which is paid; `ends`: ends one. */
  effect: 'none' | 'costs' | 'ends'
  call(args: JsonObject, run: Run): Promise<ToolResult>
}

/** A tool with the type of its arguments. */
export function tool<Input extends TObject>(
  given: Omit<Tool, 'input' | 'call'> & { input: Input; call(args: Static<Input>, run: Run): Promise<ToolResult> },
): Tool {
  // What `readArguments` returns is of the type of the schema.
  return { ...given, call: (args, run) => given.call(args as Static<Input>, run) }
}

/**
 * The arguments of a call, with defaults, read as an operation's input is: placeholders count as absent, a text that is
 * exactly a number as that. Throws `invalid_input` that names the argument, also for one that the tool does not have.
 */
export function readArguments({ input }: Pick<Tool, 'input'>, raw: unknown): JsonObject {
  if (raw !== undefined && !isJsonObject(raw)) throw invalidInput('arguments', 'must be an object')
  const args = completedObject(input, withObjects(input, raw ?? {}))
  const unknown = Object.keys(args).find((name) => !Object.hasOwn(input.properties, name))
  if (unknown !== undefined) {
    throw invalidInput(
      unknown,
      `is no argument of this tool; it has ${Object.keys(input.properties).join(', ') || 'none'}`,
    )
  }
  const fault = faultOf(input, args)
  if (fault) throw invalidInput(fault.field, fault.rule)
  return args
}

/** Models write an object as the text of its JSON now and then; a text is no object, so nothing else can be meant. */
function withObjects({ properties }: TObject, args: JsonObject): JsonObject {
  const entries = Object.entries(args).map(([name, value]): [string, Json] => {
    const isObject = Object.hasOwn(properties, name) && (properties[name] as { type?: string }).type === 'object'
    return [name, isObject && typeof value === 'string' ? (objectIn(value) ?? value) : value]
  })
  return Object.fromEntries(entries)
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // it stays a text, which is refused by name
  }
}

/** A tool as `tools/list` has it. */
export function describeTool({ name, title, description, input, effect }: Tool) {
  const { required, ...schema } = plain(input) as { type: 'object'; required?: string[]; properties: JsonObject }
  const needed = required?.filter((field) => !hasDefault(schema.properties[field])) ?? []
  return {
    name,
    title,
    description,
    inputSchema: { ...schema, ...(needed.length > 0 ? { required: needed } : {}) },
    annotations: {
      title,
      readOnlyHint: effect === 'none',
      destructiveHint: effect === 'ends',
      idempotentHint: effect !== 'costs',
      openWorldHint: effect === 'costs',
    },
  }
}

function hasDefault(schema: Json | undefined): boolean {
  return isJsonObject(schema) && 'default' in schema
}

/** A result that is one JSON object: as text for models, and as it is for programs. */
export function jsonResult(value: JsonObject, more: Content[] = []): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value, null, 1) }, ...more], structuredContent: value }
}
