import { randomInt } from 'node:crypto'
import { getOperation } from '../../catalog/catalog.ts'
import type { Media } from '../../catalog/fields.ts'
import { outputSpecOf } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { TaskRequest } from '../provider.ts'
import { cameraPose, cameraSpeed } from './camera.ts'
import { type Change, fieldsOf, type Graph, type Mapping, type Template, valueAt } from './template.ts'

type Scalar = string | number | boolean
/** A file that a field names, and what it must be. */
export interface NamedFile {
  field: string
  reference: string
  media: Media
}
/** Brings a file of the input to ComfyUI, and gives the name under which nodes find it. */
type Upload = (file: NamedFile) => Promise<string>

/** What nodes of every pack take as a seed. */
const MAX_SEED = 2 ** 31 - 1

/**
 * The template's graph for a task. Throws `vendor_refused`, naming the field, for a value that it has no place for: nothing
 * in a request is dropped silently.
 */
export async function filledGraph(template: Template, request: TaskRequest, upload: Upload): Promise<Graph> {
  mustHavePlaces(template, request)
  const graph = named(template.graph, request.taskId)
  const seeds = new Map<string, number>()
  const changes: Change[] = []
  const filled = template.inputs.map((mapping) => {
    const field = fieldsOf(mapping).find((name) => !isAbsent(valueAt(request.input, name), mapping)) ?? ''
    if (field === '' && mapping.required) throw refused(fieldsOf(mapping)[0] ?? '', 'is needed by the workflow')
    const change = field === '' ? mapping.absent : mapping.present
    if (change) changes.push(change)
    return { mapping, value: valueFor(mapping, { field, request, seeds }) }
  })
  // Nothing is sent for a task that is refused for another field.
  for (const { mapping, value } of filled) {
    if (value !== undefined) put(graph, mapping, typeof value === 'object' ? await upload(value) : value)
  }
  for (const { set = [] } of changes) {
    for (const one of set) put(graph, one, one.value)
  }
  return rewired(graph, changes)
}

/** A copy, with the task's id where the template says so. */
function named(graph: Graph, taskId: string): Graph {
  const copy = structuredClone(graph)
  for (const { inputs } of Object.values(copy)) {
    for (const [name, value] of Object.entries(inputs)) {
      if (typeof value === 'string') inputs[name] = value.replaceAll('{task}', taskId)
    }
  }
  return copy
}

function put(graph: Graph, { node, input }: { node?: string; input?: string }, value: Scalar): void {
  const inputs = graph[node ?? '']?.inputs
  if (inputs && input !== undefined) inputs[input] = value
}

/** '' and an empty list mean that a field is not used, and a switch that is off is as good as none. */
function isAbsent(value: Json | undefined, { as }: Pick<Mapping, 'as'>): boolean {
  if (value === undefined || value === null || value === '') return true
  if (Array.isArray(value) && value.length === 0) return true
  return (as === 'switch' && value === false) || (as === 'seed' && value === -1)
}

interface Filling {
  /** The path of the value; '' where there is none. */
  field: string
  request: TaskRequest
  seeds: Map<string, number>
}

/** A value, or a file whose name at ComfyUI will be the value; undefined to keep the graph's own. */
function valueFor(mapping: Mapping, { field, request, seeds }: Filling): Scalar | NamedFile | undefined {
  const value = field === '' ? undefined : valueAt(request.input, field)
  switch (mapping.as) {
    case 'seed':
      return typeof value === 'number' ? value : drawn(fieldsOf(mapping).join(), seeds)
    case 'width':
    case 'height':
      return sideOf(mapping, request)
    case 'frames':
      return framesOf(mapping, request)
    case 'switch':
      return value === true
    default:
      if (value === undefined) return mapping.default
  }
  switch (mapping.as) {
    case 'text':
      if (typeof value === 'string') return value
      throw refused(field, 'must be text')
    case 'number':
      if (typeof value === 'number') return value * (mapping.times ?? 1) + (mapping.plus ?? 0)
      throw refused(field, 'must be a number')
    case 'choice':
      return chosen(field, value, mapping.values ?? {})
    case 'name':
      return fileName(field, value, mapping.file ?? '%')
    case 'camera-pose':
      return cameraPose(field, value)
    case 'camera-speed':
      return cameraSpeed(field, value)
    default: {
      const media = mapping.as.replace('-upload', '') as Media // the forms that are left
      return { field, reference: String(value), media }
    }
  }
}

/** One number for all nodes that the same field goes to. */
function drawn(field: string, seeds: Map<string, number>): number {
  const seed = seeds.get(field) ?? randomInt(MAX_SEED)
  seeds.set(field, seed)
  return seed
}

function sideOf({ as, multipleOf = 16 }: Mapping, { operation, input }: TaskRequest): number {
  const spec = outputSpecOf(getOperation(operation).produces, input)
  const px = 'widthPx' in spec ? (as === 'width' ? spec.widthPx : spec.heightPx) : 0
  return Math.max(multipleOf, multipleOf * Math.round(px / multipleOf))
}

/** Video models take a multiple of some number of frames, and one more. */
function framesOf({ rate = 1, step = 1 }: Mapping, { operation, input }: TaskRequest): number {
  const spec = outputSpecOf(getOperation(operation).produces, input)
  const seconds = 'seconds' in spec ? spec.seconds : 0
  return step * Math.round((seconds * rate) / step) + 1
}

function chosen(field: string, value: Json, values: Record<string, Scalar>): Scalar {
  const name = String(value)
  const found = Object.hasOwn(values, name) ? values[name] : undefined
  if (found !== undefined) return found
  throw refused(
    field,
    `must be one of ${Object.keys(values).join(', ')} with this workflow, not ${JSON.stringify(value)}`,
  )
}

/** A name that a caller sends can be no path. */
function fileName(field: string, value: Json, pattern: string): string {
  if (typeof value === 'string' && /^\w[\w .+-]{0,99}$/.test(value)) return pattern.replace('%', () => value)
  throw refused(field, 'must be the plain name of a model')
}

/** The graph without what is removed, and with links led around what is bypassed. */
function rewired(graph: Graph, changes: readonly Change[]): Graph {
  const removed = new Set(changes.flatMap(({ remove = [] }) => remove))
  const bypassed = new Map(changes.flatMap(({ bypass = {} }) => Object.entries(bypass)))
  const target = ([node, output]: [string, number]): [string, number] => {
    const name = bypassed.get(node)?.[output]
    const link = name === undefined ? undefined : graph[node]?.inputs[name]
    return Array.isArray(link) ? target(link) : [node, output]
  }
  const kept: Graph = {}
  for (const [id, node] of Object.entries(graph)) {
    if (removed.has(id) || bypassed.has(id)) continue
    const links = Object.entries(node.inputs).map(
      ([name, value]) => [name, Array.isArray(value) ? target(value) : value] as const,
    )
    kept[id] = { ...node, inputs: Object.fromEntries(links.filter(([, value]) => !isGone(value, removed))) }
  }
  return kept
}

function isGone(value: Scalar | [string, number], removed: ReadonlySet<string>): boolean {
  return Array.isArray(value) && removed.has(value[0])
}

/** Fields of the operation that the template has no place for must be absent or have their default. */
function mustHavePlaces({ inputs, ignores = [], title }: Template, { operation, input }: TaskRequest): void {
  const { properties } = getOperation(operation).input
  const places = [...inputs.flatMap(fieldsOf), ...ignores]
  for (const [name, schema] of Object.entries(properties)) {
    const value = input[name]
    if (value === undefined || ('default' in schema && JSON.stringify(schema.default) === JSON.stringify(value)))
      continue
    const stranger = leavesOf(value, name).find(
      (path) => !places.some((place) => path === place || path.startsWith(`${place}.`)),
    )
    if (stranger) throw refused(stranger, `is no setting that the workflow "${title}" has`)
  }
}

/** Paths of everything in a value that says something. */
function leavesOf(value: Json, path: string): string[] {
  if (value === null || value === '' || value === false) return []
  if (Array.isArray(value)) return value.flatMap((one, index) => leavesOf(one, `${path}.${index}`))
  if (isJsonObject(value)) return Object.entries(value).flatMap(([name, one]) => leavesOf(one, `${path}.${name}`))
  return [path]
}

export function refused(field: string, rule: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `${field} ${rule}.`, { field })
}
