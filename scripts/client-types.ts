import { writeFile } from 'node:fs/promises'
import { listOperations } from '../src/catalog/catalog.ts'
import type { Operation } from '../src/catalog/operation.ts'
import { OUTPUTS } from '../src/catalog/outputs.ts'
import { inputSchema, plain } from '../src/dialects/kit/openapi.ts'
import { n8nFields } from './n8n-fields.ts'
import { type Schema, typeOf } from './web-api.ts'

/**
 * `node scripts/client-types.ts`: writes what the client packages know of the catalogue. A test checks that the files are
 * current.
 */

const PACKAGES = new URL('../packages/', import.meta.url).pathname

/** The files by their paths, as the catalogue has them now. */
export function clientFiles(): Record<string, string> {
  const operations = listOperations()
  return {
    [`${PACKAGES}client/src/operations.ts`]: typesOf(operations),
    [`${PACKAGES}ai-sdk-provider/src/operations.ts`]: tableOf(operations),
    [`${PACKAGES}n8n-nodes-polyphony/nodes/Polyphony/operations.ts`]: n8nFields(operations, HEAD),
  }
}

const HEAD = '// Written by scripts/client-types.ts from the catalogue. Do not edit it.\n'

function typesOf(operations: Operation[]): string {
  const outputs = Object.entries(OUTPUTS).map(([kind, schema]) => `${kind}: ${type(plain(schema) as Schema)}`)
  const entries = operations.map(
    (one) =>
      `/** ${one.title}. */\n${quoted(one.id)}: { input: ${type(inputSchema(one) as Schema)}; output: Outputs[${quoted(one.produces.kind)}] }`,
  )
  const models = [...Map.groupBy(operations, ({ model }) => model)].map(
    ([model, some]) =>
      `${quoted(model)}: { ${some.map(({ taskType, id }) => `${quoted(taskType)}: ${quoted(id)}`).join('; ')} }`,
  )
  return [
    HEAD,
    '/** What operations produce, by kind. Files are URLs. */',
    `export interface Outputs {\n${outputs.join('\n')}\n}\n`,
    '/** Every operation, by its id. */',
    `export interface Operations {\n${entries.join('\n')}\n}\n`,
    '/** The operations of each model, by their types of task. */',
    `export interface Models {\n${models.join('\n')}\n}\n`,
  ].join('\n')
}

function type(schema: Schema): string {
  const used = new Set<string>()
  const text = typeOf(schema, used)
  if (used.size > 0) throw new Error(`A schema of the catalogue refers to ${[...used].join(', ')}.`)
  return text
}

const quoted = (text: string): string => JSON.stringify(text)

/** Fields whose values the AI SDK's settings become; see `fill-input.ts` of the provider. */
const COUNTS = ['n', 'num_images', 'batch_size']
const FILLED = [
  COUNTS,
  ['prompt', 'promptText', 'text_prompt'],
  ['width', 'height', 'size', 'aspect_ratio', 'ratio', 'resolution'],
  ['seed', 'random_seed'],
  ['duration', 'fps', 'generate_audio', 'enable_audio'],
  ['image', 'image_url', 'input_image', 'image_urls', 'images', 'image_file', 'start_image', 'promptImage'],
  ['image_tail_url', 'end_image', 'mask'],
].flat()

function tableOf(operations: Operation[]): string {
  const rows = operations
    .filter(({ produces }) => produces.kind === 'pictures' || produces.kind === 'videos')
    .map((one) => JSON.stringify(rowOf(one)))
  return [
    HEAD,
    "import type { OperationRow } from './fill-input.ts'\n",
    '/** Operations that make pictures and videos, with the fields that the AI SDK’s settings can fill. */',
    `export const OPERATIONS: readonly OperationRow[] = [\n${rows.map((row) => `  ${row},`).join('\n')}\n]\n`,
  ].join('\n')
}

function rowOf(operation: Operation) {
  const { properties = {}, required = [] } = inputSchema(operation) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  const fields = Object.entries(properties).filter(([name]) => FILLED.includes(name))
  return {
    id: operation.id,
    kind: operation.produces.kind,
    required,
    maxCount: Math.max(
      1,
      ...fields.flatMap(([name, { maximum }]) => (COUNTS.includes(name) ? [Number(maximum ?? 1)] : [])),
    ),
    fields: Object.fromEntries(fields.map(([name, schema]) => [name, formOf(schema)])),
  }
}

/** How a field is filled: the values that it takes, where they are few, or the type of its value. */
function formOf(schema: Schema): unknown {
  const choices = (schema.anyOf ?? [schema]) as Schema[]
  const values = choices.flatMap(({ enum: some, const: one }) =>
    Array.isArray(some) ? some : one === undefined ? [] : [one],
  )
  if (values.length > 0) return values
  return choices[0]?.type ?? 'any'
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(clientFiles())) {
    await writeFile(path, text)
    console.log(`written: ${path}`)
  }
}
