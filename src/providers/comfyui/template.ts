import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { findOperation } from '../../catalog/catalog.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * A workflow of ComfyUI for one or more operations of the catalogue: the graph in API format, and which field of an
 * operation's input goes to which input of which node. Only values are filled in; nothing that a caller sends becomes a
 * node, a link or a setting that the template does not name.
 */

const strict = { additionalProperties: false }
const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])
const Names = Type.Array(Type.String({ minLength: 1 }))

const Node = Type.Object(
  {
    class_type: Type.String({ minLength: 1 }),
    /** A value, or `[node, output]`. `{task}` in a text is the task's id. */
    inputs: Type.Record(
      Type.String(),
      Type.Union([Scalar, Type.Tuple([Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 })])]),
    ),
    _meta: Type.Optional(Type.Unknown()),
  },
  strict,
)

/** What happens to the graph when a field is there, or is not. */
const Change = Type.Object(
  {
    set: Type.Optional(Type.Array(Type.Object({ node: Type.String(), input: Type.String(), value: Scalar }, strict))),
    /** These nodes go, and with them every link to them. */
    remove: Type.Optional(Names),
    /** Who was linked to output 0, 1, … of the node is linked to what these inputs of it were linked to. */
    bypass: Type.Optional(Type.Record(Type.String(), Names)),
  },
  strict,
)

export const FORMS = [
  'text',
  'number',
  'seed',
  'width',
  'height',
  'frames',
  'choice',
  'switch',
  'name',
  'camera-pose',
  'camera-speed',
  'image-upload',
  'audio-upload',
  'video-upload',
] as const

const Mapping = Type.Object(
  {
    /** A field of the operation's input, such as `lora_settings.0.lora_type`; of several names the first that is there. */
    field: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })])),
    node: Type.Optional(Type.String()),
    input: Type.Optional(Type.String()),
    as: Type.Enum([...FORMS]),
    /** In place of an absent field; without one, the graph's own value stays. */
    default: Type.Optional(Scalar),
    /** The field must be there, although the operation lets it be left out. */
    required: Type.Optional(Type.Boolean()),
    /** `choice`: what each value is to ComfyUI. */
    values: Type.Optional(Type.Record(Type.String(), Scalar)),
    /** `number`: value * times + plus. */
    times: Type.Optional(Type.Number()),
    plus: Type.Optional(Type.Number()),
    /** `width`, `height`: rounded to a multiple. */
    multipleOf: Type.Optional(Type.Integer({ minimum: 1 })),
    /** `frames`: frames a second, for the requested seconds; and n in "a multiple of n, plus one". */
    rate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    step: Type.Optional(Type.Integer({ minimum: 1 })),
    /** `name`: the name of a file, with % for the value. */
    file: Type.Optional(Type.String({ pattern: '%' })),
    present: Type.Optional(Change),
    absent: Type.Optional(Change),
  },
  strict,
)

export const Outputs = Type.Object(
  {
    kind: Type.Enum(['pictures', 'videos', 'sounds', 'model', 'texts']),
    /** Whose files, or texts, are the result, in this order. */
    nodes: Names,
    /** `model`: files that no node reports, below ComfyUI's output folder; `{task}` is the task's id. */
    files: Type.Optional(
      Type.Object({ model: Type.Optional(Type.String()), turntable: Type.Optional(Type.String()) }, strict),
    ),
    /** `model`: the node that keeps the picture without its background. */
    picture: Type.Optional(Type.String()),
  },
  strict,
)

const Template = Type.Object(
  {
    title: Type.String({ minLength: 1 }),
    /** Catalogue ids. */
    operations: Type.Array(Type.String(), { minItems: 1 }),
    graph: Type.Record(Type.String(), Node),
    inputs: Type.Array(Mapping),
    outputs: Outputs,
    /** Fields that make no difference to this model, whatever their value. */
    ignores: Type.Optional(Names),
    /** What ComfyUI has to be given: packs of nodes, and model files with their folders. */
    needs: Type.Object({ nodes: Names, models: Names }, strict),
  },
  strict,
)

const validator = Compile(Template)

export type Template = Static<typeof Template>
export type Mapping = Static<typeof Mapping>
export type Change = Static<typeof Change>
export type Graph = Template['graph']
export type Outputs = Static<typeof Outputs>

export class TemplateError extends Error {
  override name = 'TemplateError'
}

/** A template that is sure to hold together. Throws a `TemplateError` that names the file and the field. */
export function readTemplate(file: string, text: string): Template {
  const template = parsed(file, text)
  if (!validator.Check(template)) {
    const [first] = validator.Errors(template)
    const at = first?.instancePath.split('/').slice(1).join('.') || 'the file'
    throw new TemplateError(`${file}: ${at} ${first?.message ?? 'is not as it must be'}.`)
  }
  const fault = faultIn(template)
  if (fault) throw new TemplateError(`${file}: ${fault.field} ${fault.rule}.`)
  return template
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TemplateError(`${file}: the file is no JSON: ${error instanceof Error ? error.message : error}.`)
  }
}

interface Fault {
  field: string
  rule: string
}

function faultIn(template: Template): Fault | undefined {
  return faultInGraph(template) ?? faultInOperations(template) ?? faultInMappings(template) ?? faultInOutputs(template)
}

function faultInGraph({ graph }: Template): Fault | undefined {
  for (const [id, node] of Object.entries(graph)) {
    for (const [name, value] of Object.entries(node.inputs)) {
      if (Array.isArray(value) && !(value[0] in graph)) {
        return {
          field: `graph.${id}.inputs.${name}`,
          rule: `is linked to "${value[0]}", which is no node of the graph`,
        }
      }
    }
  }
  return undefined
}

function faultInOperations({ operations, outputs }: Template): Fault | undefined {
  for (const [index, id] of operations.entries()) {
    const operation = findOperation(id)
    const field = `operations.${index}`
    if (!operation) return { field, rule: `names ${id}, which the catalogue does not have` }
    if (operation.produces.kind !== outputs.kind) {
      return { field, rule: `names ${id}, which makes ${operation.produces.kind}, not ${outputs.kind}` }
    }
  }
  return undefined
}

function faultInMappings({ operations, inputs, graph, ignores = [] }: Template): Fault | undefined {
  for (const [index, mapping] of inputs.entries()) {
    const at = `inputs.${index}`
    const fields = fieldsOf(mapping)
    if (fields.length === 0 && !FIELDLESS.has(mapping.as)) return { field: `${at}.field`, rule: 'is required' }
    for (const field of fields) {
      const stranger = operations.find((id) => !hasField(id, field))
      if (stranger) return { field: `${at}.field`, rule: `names ${field}, which ${stranger} does not have` }
    }
    const fault =
      faultInTarget(at, mapping, graph) ??
      faultInChange(`${at}.present`, mapping.present, graph) ??
      faultInChange(`${at}.absent`, mapping.absent, graph)
    if (fault) return fault
  }
  const unknown = ignores.findIndex((field) => operations.some((id) => !hasField(id, field)))
  return unknown === -1
    ? undefined
    : { field: `ignores.${unknown}`, rule: `names ${ignores[unknown]}, which is no field` }
}

/** Forms that need no field: a random number, and values of the requested output. */
const FIELDLESS: ReadonlySet<Mapping['as']> = new Set(['seed', 'width', 'height', 'frames'])

/** What each form cannot do without. */
const NEEDED: Partial<Record<Mapping['as'], keyof Mapping>> = { choice: 'values', frames: 'rate', name: 'file' }

function faultInTarget(at: string, mapping: Mapping, graph: Graph): Fault | undefined {
  const { as, node, input } = mapping
  const needed = NEEDED[as]
  if (needed !== undefined && mapping[needed] === undefined) {
    return { field: `${at}.${needed}`, rule: `is required with "${as}"` }
  }
  if (node === undefined && input === undefined && (mapping.present || mapping.absent)) return undefined
  if (node === undefined || graph[node] === undefined)
    return { field: `${at}.node`, rule: 'names no node of the graph' }
  if (input === undefined || graph[node].inputs[input] === undefined) {
    return { field: `${at}.input`, rule: `names no input of "${node}"` }
  }
  if (Array.isArray(graph[node].inputs[input])) return { field: `${at}.input`, rule: `names a link of "${node}"` }
  return undefined
}

function faultInChange(at: string, change: Change | undefined, graph: Graph): Fault | undefined {
  for (const [index, { node, input }] of (change?.set ?? []).entries()) {
    const value = graph[node]?.inputs[input]
    if (value === undefined || Array.isArray(value))
      return { field: `${at}.set.${index}`, rule: 'names no value of a node' }
  }
  const gone = (change?.remove ?? []).find((node) => graph[node] === undefined)
  if (gone !== undefined) return { field: `${at}.remove`, rule: `names "${gone}", which is no node of the graph` }
  for (const [node, links] of Object.entries(change?.bypass ?? {})) {
    if (links.some((name) => !Array.isArray(graph[node]?.inputs[name]))) {
      return { field: `${at}.bypass.${node}`, rule: 'must be names of linked inputs of a node' }
    }
  }
  return undefined
}

function faultInOutputs({ outputs, graph }: Template): Fault | undefined {
  const named = [...outputs.nodes, ...(outputs.picture === undefined ? [] : [outputs.picture])]
  const unknown = named.find((node) => graph[node] === undefined)
  if (unknown !== undefined)
    return { field: 'outputs.nodes', rule: `names "${unknown}", which is no node of the graph` }
  if (outputs.nodes.length === 0 && !outputs.files?.model) return { field: 'outputs.nodes', rule: 'must not be empty' }
  return undefined
}

/** The names under which a mapping looks for its value. */
export function fieldsOf({ field }: Pick<Mapping, 'field'>): readonly string[] {
  if (field === undefined) return []
  return typeof field === 'string' ? [field] : field
}

/** Whether an operation's input has a field at a path such as `images.0`. */
function hasField(operationId: string, path: string): boolean {
  let schema: TSchema | undefined = findOperation(operationId)?.input
  for (const name of path.split('.')) {
    const { properties, items } = (schema ?? {}) as { properties?: Record<string, TSchema>; items?: TSchema }
    schema = properties ? properties[name] : /^\d+$/.test(name) ? items : undefined
  }
  return schema !== undefined
}

/** The value of an input at a path; undefined where there is none. */
export function valueAt(input: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = input
  for (const name of path.split('.')) {
    if (Array.isArray(value)) value = value[Number(name)]
    else value = isJsonObject(value) ? value[name] : undefined
  }
  return value
}
