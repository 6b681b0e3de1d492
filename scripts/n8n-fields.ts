import type { Operation } from '../src/catalog/operation.ts'
import { inputSchema } from '../src/dialects/kit/openapi.ts'

/**
 * The operations of the catalogue as parameters of an n8n node: a model is a resource, a type of task an operation, and a
 * field of its input a parameter. Required fields, and those of the example, are shown at once if they may be sent as they
 * stand; the others are in the collection `additionalFields`.
 *
 * The rules that the texts follow are those of n8n's linter, `eslint-plugin-n8n-nodes-base`.
 */

/** What n8n calls `INodeProperties`, as far as it is written here. */
interface Parameter {
  displayName: string
  name: string
  type: string
  default: unknown
  description?: string
  required?: true
  placeholder?: string
  noDataExpression?: true
  options?: (Option | Parameter)[]
  typeOptions?: Record<string, unknown>
  displayOptions?: { show: { resource: string[]; operation?: string[] } }
}

interface Option {
  name: string
  value: string | number
  description?: string
  action?: string
}

/** What the node must know of an operation's fields besides what n8n tells it. */
interface InputForm {
  /** Names of the parameters outside of `additionalFields`. */
  shown: string[]
  /** Fields that are files: a URL, or a file of the item. */
  files: string[]
  /** Fields that n8n gives as a text of JSON. */
  json: string[]
}

interface Field {
  type?: string
  description?: string
  default?: unknown
  enum?: (string | number)[]
  minimum?: number
  maximum?: number
  maxLength?: number
  anyOf?: unknown[]
  items?: Field
  'x-media'?: string
}

const ROWS_FROM_LENGTH = 500
/** n8n's linter wants options sorted by name from this many on. */
const SORTED_FROM = 5

/** The text of the generated file. */
export function n8nFields(operations: readonly Operation[], head: string): string {
  const models = [...Map.groupBy(operations, ({ model }) => model)]
  const parameters = [
    ...models.map(([model, some]) => operationParameter(model, some)),
    ...models.flatMap(([model, some]) => merged(some.flatMap((one) => fieldParameters(model, one)))),
  ]
  const forms = operations.map((one) => `  ${quoted(one.id)}: ${JSON.stringify(formOf(one))},`)
  return [
    head,
    "import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow'\n",
    '/** The models of the catalogue, as resources. */',
    `export const MODELS: INodePropertyOptions[] = ${rows(sorted(models.map(([model]) => ({ name: labelOf(model), value: model }))))}\n`,
    '/** The types of task of each model, and the fields of their inputs. */',
    `export const OPERATION_PARAMETERS: INodeProperties[] = ${rows(parameters)}\n`,
    '/** How the input of an operation is read from its parameters, by the operation’s id. */',
    `export const FORMS: Record<string, { shown: string[]; files: string[]; json: string[] }> = {\n${forms.join('\n')}\n}\n`,
  ].join('\n')
}

const quoted = (text: string): string => JSON.stringify(text)
const rows = (values: unknown[]): string => `[\n${values.map((one) => `  ${JSON.stringify(one)},`).join('\n')}\n]`

function operationParameter(model: string, operations: Operation[]): Parameter {
  const options = operations.map(({ taskType, title }) => ({
    name: labelOf(taskType),
    value: taskType,
    description: title,
    action: actionOf(model, taskType),
  }))
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: [model] } },
    options: sorted(options),
    default: operations[0]?.taskType ?? '',
  }
}

/** How n8n lists an operation among its actions: in sentence case, and found by the names of the model. */
function actionOf(model: string, taskType: string): string {
  const words = (name: string): string =>
    name
      .replaceAll(/[^A-Za-z0-9]+/g, ' ')
      .trim()
      .toLowerCase()
  return capitalised(`${words(model)} ${words(taskType)}`)
}

function fieldsOf(operation: Operation): { fields: [string, Field][]; required: string[] } {
  const { properties = {}, required = [] } = inputSchema(operation) as {
    properties?: Record<string, Field>
    required?: string[]
  }
  return { fields: Object.entries(properties), required }
}

function formOf(operation: Operation): InputForm {
  const { fields, required } = fieldsOf(operation)
  const namesWhere = (isSo: (field: Field, name: string) => boolean): string[] =>
    fields.filter(([name, field]) => isSo(field, name)).map(([name]) => name)
  return {
    shown: namesWhere((field, name) => isShown(operation, required, name, field)),
    files: namesWhere(isFile),
    json: namesWhere((field) => typeOf(field).type === 'json'),
  }
}

const isFile = (field: Field): boolean => 'x-media' in field || (field.items !== undefined && 'x-media' in field.items)

/** A field that may be left out is shown only if its parameter, untouched, means what leaving it out means. */
function isShown({ example }: Operation, required: string[], name: string, field: Field): boolean {
  if (required.includes(name)) return true
  const { type, typeOptions } = typeOf(field)
  const isNeutral = type === 'string' || typeOptions?.multipleValues === true || 'default' in field
  return Object.hasOwn(example, name) && type !== 'json' && isNeutral
}

function fieldParameters(model: string, operation: Operation): Parameter[] {
  const { fields, required } = fieldsOf(operation)
  const displayOptions = { show: { resource: [model], operation: [operation.taskType] } }
  const shown = fields.filter(([name, field]) => isShown(operation, required, name, field))
  const others = fields.filter((one) => !shown.includes(one)).map(([name, field]) => parameterOf(name, field))
  const parameters = shown.map(([name, field]) => ({
    ...parameterOf(name, field),
    ...(required.includes(name) ? { required: true as const } : {}),
    displayOptions,
  }))
  if (others.length === 0) return parameters
  const collection: Parameter = {
    displayName: 'Additional Fields',
    name: 'additionalFields',
    type: 'collection',
    placeholder: 'Add Field',
    default: {},
    displayOptions,
    options: others.toSorted((a, b) => compared(a.displayName, b.displayName)),
  }
  return [...parameters, collection]
}

function parameterOf(name: string, field: Field): Parameter {
  const displayName = labelOf(name)
  const description = descriptionOf(field)
  const isNews = description.replace(/^The /, '').replace(/\.$/, '').toLowerCase() !== displayName.toLowerCase()
  return { displayName, name, ...typeOf(field), ...(isNews && description !== '' ? { description } : {}) }
}

function typeOf(field: Field): Pick<Parameter, 'type' | 'default' | 'options' | 'typeOptions'> {
  const { type, items, minimum, maximum, maxLength = 0, enum: choices } = field
  const given = field.default
  if (choices) return choice(choices, given)
  switch (type) {
    case 'boolean':
      return { type: 'boolean', default: given ?? false }
    case 'integer':
    case 'number': {
      const typeOptions = {
        ...(minimum === undefined ? {} : { minValue: minimum }),
        ...(maximum === undefined ? {} : { maxValue: maximum }),
        ...(type === 'number' ? { numberPrecision: 6 } : {}),
      }
      return { type: 'number', typeOptions, default: given ?? Math.max(0, minimum ?? 0) }
    }
    case 'array':
      return items?.type === 'string' ? listOf(items, given) : { type: 'json', default: JSON.stringify(given ?? []) }
    case 'object':
      return { type: 'json', default: JSON.stringify(given ?? {}) }
    default:
      return {
        type: 'string',
        default: given === undefined ? '' : String(given),
        ...(maxLength >= ROWS_FROM_LENGTH && !isFile(field) ? { typeOptions: { rows: 4 } } : {}),
      }
  }
}

function choice(choices: (string | number)[], given: unknown): Pick<Parameter, 'type' | 'default' | 'options'> {
  const options = choices.filter((one) => one !== '').map((value) => ({ name: choiceLabel(String(value)), value }))
  // An empty text may be the default: then n8n shows none of the choices.
  return { type: 'options', options: sorted(options), default: given ?? options[0]?.value ?? '' }
}

function listOf(items: Field, given: unknown): Pick<Parameter, 'type' | 'default' | 'options' | 'typeOptions'> {
  if (items.enum) return { ...choice(items.enum, undefined), type: 'multiOptions', default: given ?? [] }
  return { type: 'string', typeOptions: { multipleValues: true }, default: given ?? [] }
}

function sorted<One extends { name: string }>(options: One[]): One[] {
  return options.length < SORTED_FROM ? options : options.toSorted((a, b) => compared(a.name, b.name))
}

const { compare: compared } = new Intl.Collator('en')

function descriptionOf(field: Field): string {
  const text = (field.description ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\b[Ii]d(s?)\b/g, 'ID$1')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trim()
  if (field.type === 'boolean' && !/^whether /i.test(text)) return ended(`Whether this applies: ${lowered(text)}`)
  if (isFile(field)) return `${capitalised(withStop(text))} A URL, or the name of the binary field that has the file.`
  if (typeOf(field).type === 'json')
    return `${capitalised(withStop(text))} As JSON; "binary:NAME" is a file of the item.`
  return ended(capitalised(text))
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
/** n8n ends a description of several sentences with a full stop, and one of a single sentence without. */
const ended = (text: string): string => (text.includes('. ') ? withStop(text) : text.replace(/\.$/, ''))
const lowered = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text[0]?.toLowerCase() + text.slice(1) : text)
const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** Words that are not written as their letters suggest. */
const SPELT = new Map(
  [
    'ID',
    'URL',
    'JSON',
    'AI',
    'TTS',
    'LoRA',
    'GPT',
    'HDR',
    'MV',
    'CFG',
    'FPS',
    'IDs',
    'URLs',
    'MP4',
    'MIDI',
    'WAV',
    '3D',
  ].map((word) => [word.toLowerCase(), word]),
)
/** A value of a list; one that is more than words is shown as it is. */
const choiceLabel = (value: string): string => (/^[a-z][a-z0-9_]*$/.test(value) ? labelOf(value) : value)

const SMALL = new Set(['a', 'an', 'and', 'as', 'at', 'by', 'for', 'in', 'of', 'on', 'or', 'the', 'to', 'with'])

/** A name of the catalogue as n8n writes labels: `continue_clip_id` is "Continue Clip ID". */
function labelOf(name: string): string {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[\s_/-]+/)
    .filter((word) => word !== '')
  return words
    .map((word, index) => {
      const lower = word.toLowerCase()
      if (index > 0 && index < words.length - 1 && SMALL.has(lower)) return lower
      return SPELT.get(lower) ?? word.slice(0, 1).toUpperCase() + word.slice(1)
    })
    .join(' ')
}

/** Parameters of one model that differ in their operations alone, as one. */
function merged(parameters: Parameter[]): Parameter[] {
  const keyOf = ({ displayOptions: _, ...rest }: Parameter): string => JSON.stringify(rest)
  return [...Map.groupBy(parameters, keyOf).values()].flatMap((same) => {
    const [first] = same
    if (!first?.displayOptions) return []
    const { resource } = first.displayOptions.show
    const operation = same.flatMap((one) => one.displayOptions?.show.operation ?? [])
    return [{ ...first, displayOptions: { show: { resource, operation } } }]
  })
}
