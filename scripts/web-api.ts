import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../src/config/config.ts'
import { startGateway } from '../src/main.ts'

/**
 * `node scripts/web-api.ts`: writes the types of the routes that the workspace calls, as `/openapi.json` describes them, to
 * `web/src/api/routes.ts`. A test checks that the file is current.
 */

export const ROUTES_FILE = new URL('../web/src/api/routes.ts', import.meta.url).pathname

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Schema = { [name: string]: Json }

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: Schema
}

interface Described {
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface Document {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema> }
}

const CALLED = [
  /^\/polyphony\/v1\//,
  /^\/api\/workspace\//,
  /^\/api\/admin\//,
  /^\/api\/v1\/(accounts|providers|account|keys|usage|ledger|calls|deliveries|webhook-secret|members|invitations|codes|payments|announcements|balance-notice|shares)\b/,
  /^\/api\/status$/,
]

/** The forms of every operation are read at run time, to draw them: their types would be most of the file. */
const OPEN: Record<string, string> = {
  PolyphonyTaskRequest: '{ operation: string; input: Record<string, unknown>; webhook?: string }',
}

export function routeTypes({ paths, components }: Document): string {
  const used = new Set<string>()
  const routes = Object.entries(paths)
    .filter(([path]) => CALLED.some((called) => called.test(path)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) =>
        routeType(`${method.toUpperCase()} ${path}`, described, used),
      ),
    )
  const schemas = new Map<string, string>()
  for (const name of used) schemas.set(name, OPEN[name] ?? typeOf(components.schemas[name] ?? {}, used))
  const types = [...schemas]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, type]) => `export type ${nameOf(name)} = ${type}\n`)
  return `// Written by scripts/web-api.ts from /openapi.json. Do not edit it.\n\n${types.join('\n')}\nexport interface Routes {\n${routes.join('\n')}\n}\n`
}

function routeType(route: string, { parameters = [], requestBody, responses }: Described, used: Set<string>): string {
  const members = (place: string): string => {
    const fields = parameters.filter((one) => one.in === place)
    if (fields.length === 0) return 'Record<never, never>'
    return `{ ${fields.map(({ name, required, schema }) => `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema, used)}`).join('; ')} }`
  }
  const sent = requestBody?.content['application/json']?.schema
  const body = sent ? typeOf(sent, used) : requestBody ? 'FormData' : 'undefined'
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]
  const answered = success?.content?.['application/json']?.schema
  const answer = answered ? typeOf(answered, used) : 'string'
  return `  ${JSON.stringify(route)}: { path: ${members('path')}; query: ${members('query')}; body: ${body}; answer: ${answer} }`
}

/** A name of the document as a name of TypeScript. */
function nameOf(schema: string): string {
  return schema.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())
}

/** A JSON Schema as a type of TypeScript; `used` collects the named schemas that it refers to. */
export function typeOf(schema: Schema, used: Set<string>): string {
  const { $ref, type, anyOf, oneOf, allOf } = schema
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/components/schemas/', '')
    used.add(name)
    return nameOf(name)
  }
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = (anyOf ?? oneOf) as Schema[] | undefined
  if (choices) return `(${[...new Set(choices.map((one) => typeOf(one, used)))].join(' | ')})`
  if (allOf) return (allOf as Schema[]).map((one) => typeOf(one, used)).join(' & ')
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, used)).join(' | ')
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `${elementOf(schema, used)}[]`
    case 'object':
      return objectType(schema, used)
    default:
      return 'unknown'
  }
}

function elementOf({ items }: Schema, used: Set<string>): string {
  const type = items ? typeOf(items as Schema, used) : 'unknown'
  return /[|&]/.test(type) ? `(${type})` : type
}

function objectType(
  { properties, required, additionalProperties, patternProperties }: Schema,
  used: Set<string>,
): string {
  const needed = (required ?? []) as string[]
  const fields = Object.entries((properties ?? {}) as Record<string, Schema>)
  if (fields.length === 0) {
    const [value] = Object.values((patternProperties ?? {}) as Record<string, Schema>)
    const others = value ?? (typeof additionalProperties === 'object' ? (additionalProperties as Schema) : undefined)
    return `Record<string, ${others ? typeOf(others, used) : 'unknown'}>`
  }
  const lines = fields.map(([name, one]) => {
    const about = typeof one.description === 'string' ? `/** ${one.description.replaceAll('*/', '*')} */ ` : ''
    return `${about}${JSON.stringify(name)}${needed.includes(name) ? '' : '?'}: ${typeOf(one, used)}`
  })
  return `{\n${lines.join('\n')}\n}`
}

export async function describedByGateway(): Promise<Document> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyphony-routes-'))
  const gateway = await startGateway(readConfig({ DATA_DIR: dataDir, PORT: '0' }), { log: pino({ level: 'silent' }) })
  try {
    return (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Document // as the gateway writes it
  } finally {
    await gateway.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  await writeFile(ROUTES_FILE, routeTypes(await describedByGateway()))
  console.log(`written: ${ROUTES_FILE}`)
}
