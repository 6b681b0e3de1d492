import { subscribe } from 'node:diagnostics_channel'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { Compile, type Validator } from 'typebox/compile'
import { afterAll, inject } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'

/**
 * Holds every JSON answer of every gateway in the tests against `/openapi.json`: its status must be described, and its
 * body must fit the schema. A setup file: it runs before each test file and fails the file that saw another answer.
 */

export interface Answer {
  method: string
  /** Without the query. */
  path: string
  status: number
  body: string
}

/** Answers of one method, route and status that are kept; the rest of them would say the same. */
const MOST_ALIKE = 12

interface Seen {
  /** Of the first gateway of the run: it is the same for all. */
  document: Promise<JsonObject | undefined> | undefined
  answers: Map<string, Answer[]>
}

const seen = seenInThisProcess()

/** Test files of one process share its modules, and this file runs before each of them: it subscribes once. */
function seenInThisProcess(): Seen {
  const holder = globalThis as { seenAnswers?: Seen }
  holder.seenAnswers ??= watchServers({ document: undefined, answers: new Map() })
  return holder.seenAnswers
}

function watchServers(kept: Seen): Seen {
  subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { fastify: FastifyInstance } // as Fastify publishes it
    let isGateway = false
    // The gateway's own server, and the routers of its protocols, which listen nowhere.
    fastify.addHook('onReady', (done) => {
      isGateway = fastify.hasDecorator('protocolPaths')
      done()
    })
    fastify.addHook('onListen', (done) => {
      if (isGateway) kept.document ??= documentOf(fastify)
      done()
    })
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const type = reply.getHeader('content-type')
      if (isGateway && !request.is404 && typeof payload === 'string' && String(type).includes('json')) {
        const { method, url, routeOptions } = request
        const alike = `${method} ${routeOptions.url} ${reply.statusCode}`
        const answers = remembered(kept.answers, alike, () => [])
        const path = url.split('?', 1)[0] ?? ''
        if (answers.length < MOST_ALIKE) answers.push({ method, path, status: reply.statusCode, body: payload })
      }
      done(null, payload)
    })
  })
  return kept
}

/** Undefined for a server that was put together by a test of its own, without what the document needs. */
async function documentOf(fastify: FastifyInstance): Promise<JsonObject | undefined> {
  const text = (await keptText()) ?? (await madeText(fastify))
  if (text === undefined) seen.document = undefined
  return text === undefined ? undefined : (JSON.parse(text) as JsonObject) // as OpenAPI says
}

async function keptText(): Promise<string | undefined> {
  try {
    return await readFile(inject('keptDescription'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function madeText(fastify: FastifyInstance): Promise<string | undefined> {
  const { statusCode, body } = await fastify.inject('/openapi.json')
  if (statusCode !== 200) return undefined
  const kept = inject('keptDescription')
  const mine = `${kept}.${process.pid}`
  await writeFile(mine, body)
  await rename(mine, kept) // another process reads the whole of it or nothing
  return body
}

afterAll(async () => {
  const answers = [...seen.answers.values()].flat()
  seen.answers.clear()
  const document = await seen.document
  const faults = new Set(document ? answers.flatMap((answer) => faultsOf(answer, document)) : [])
  if (faults.size > 0) throw new Error(`Answers differ from /openapi.json:\n${[...faults].join('\n')}`)
})

/** How an answer differs from what the document says of its path; nothing where the document has no such path. */
export function faultsOf({ method, path, status, body }: Answer, document: JsonObject): string[] {
  const described = pathFor(path, method.toLowerCase(), document)
  // Which routes need no description is said where they are registered, and tested with the document.
  if (!described) return []
  const where = `${method} ${described.path} (${status})`
  const validator = remembered(validatorsOf(document), where, () => validatorFor(described.operation, status, document))
  if (!validator) return [`${where}: this status is not described: ${body.slice(0, 200)}`]
  const value: unknown = JSON.parse(body)
  if (validator.Check(value)) return []
  return validator.Errors(value).map(({ instancePath, message }) => `${where} ${instancePath}: ${message}`)
}

const validators = new WeakMap<JsonObject, Map<string, Validator | undefined>>()

function validatorsOf(document: JsonObject): Map<string, Validator | undefined> {
  const known = validators.get(document) ?? new Map()
  validators.set(document, known)
  return known
}

interface Described {
  path: string
  operation: JsonObject
  pattern: RegExp
}

/** The described path that a request's path belongs to: of several the one with the most fixed text. */
function pathFor(path: string, method: string, document: JsonObject): Described | undefined {
  return remembered(routesOf(document), method, () => routesFor(method, document)).find(({ pattern }) =>
    pattern.test(path),
  )
}

const routes = new WeakMap<JsonObject, Map<string, Described[]>>()

function routesOf(document: JsonObject): Map<string, Described[]> {
  const known = routes.get(document) ?? new Map<string, Described[]>()
  routes.set(document, known)
  return known
}

/** All described paths of a method, those with the most fixed text first. */
function routesFor(method: string, { paths }: JsonObject): Described[] {
  const fixed = ({ path }: Described) => path.replaceAll(/\{[^}]*\}/g, '').length
  return Object.entries(paths as { [path: string]: { [method: string]: JsonObject } })
    .flatMap(([path, { [method]: operation }]) =>
      operation ? [{ path, operation, pattern: patternOf(path, operation) }] : [],
    )
    .sort((a, b) => fixed(b) - fixed(a))
}

function patternOf(path: string, operation: JsonObject): RegExp {
  const parameters = (operation.parameters ?? []) as { name: string; schema: { enum?: string[] } }[]
  const valuesOf = (name: string) => parameters.find((one) => one.name === name)?.schema.enum?.join('|')
  const text = path
    .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replaceAll(/\{([^}]*)\}/g, (_, name: string) => `(?:${valuesOf(name) ?? '[^/]+'})`)
  return new RegExp(`^${text}/?$`)
}

function validatorFor({ responses }: JsonObject, status: number, document: JsonObject): Validator | undefined {
  const all = responses as { [status: string]: { content?: { [type: string]: { schema: JsonObject } } } }
  const response = all[status] ?? all[`${Math.floor(status / 100)}XX`] ?? all.default
  const content = response?.content?.['application/json'] ?? response?.content?.['application/problem+json']
  return content && Compile(whole(content.schema, document) as JsonObject) // a schema is an object
}

/** A schema with what it refers to in its place. */
export function whole(value: Json, document: JsonObject): Json {
  if (Array.isArray(value)) return value.map((one) => whole(one, document))
  if (!isJsonObject(value)) return value
  if (typeof value.$ref === 'string') {
    const { schemas } = document.components as { schemas: JsonObject }
    return whole(schemas[value.$ref.replace('#/components/schemas/', '')] ?? false, document)
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, whole(inner, document)]))
}

function remembered<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
