import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whole } from '../../test/support/described-answers.ts'
import {
  type Answer,
  LIVE_KEY,
  openGateway,
  type Sending,
  TEST_KEY,
  type TestGateway,
} from '../../test/support/gateway.ts'
import { listOperations } from '../catalog/catalog.ts'
import { readInput } from '../catalog/read-input.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { inputSchema, nameOf } from '../dialects/kit/openapi.ts'
import { version } from '../version.ts'
import { WEB_PAGES } from './web.ts'

interface Described extends JsonObject {
  operationId: string
  responses: JsonObject
}

interface OpenApi extends JsonObject {
  paths: { [path: string]: { [method: string]: Described } }
  webhooks: { [name: string]: { [method: string]: Described } }
  components: { schemas: { [name: string]: JsonObject } }
}

let gateway: TestGateway
let document: OpenApi
let reading: OpenApi
const routes: string[] = []
/** Routes that the document leaves out, and why. */
const leftOut = new Map<string, string>()

beforeAll(async () => {
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance } // as Fastify publishes it
    fastify.addHook('onRoute', ({ method, url, config }) => {
      const added = [method].flat().map((one) => `${one} ${url.replace(/(?<=.)\/$/, '')}`)
      routes.push(...added)
      const { description } = config ?? {}
      if (description && 'leftOut' in description) for (const route of added) leftOut.set(route, description.leftOut)
    })
  }
  subscribe('fastify.initialization', watch)
  gateway = await openGateway()
  document = await read('/openapi.json') // which adds the routes of every protocol
  unsubscribe('fastify.initialization', watch)
  reading = await read('/docs/openapi.json')
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function read(path: string): Promise<OpenApi> {
  const { status, body } = await gateway.send('GET', path, { key: null })
  expect(status).toBe(200)
  return body as unknown as OpenApi // the validator says whether it is one
}

function allOf({ paths, webhooks }: OpenApi): { name: string; method: string; described: Described }[] {
  return Object.entries({ ...paths, ...webhooks }).flatMap(([name, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ name, method: method.toUpperCase(), described })),
  )
}

function referencesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isJsonObject(value)) return []
  const { $ref, ...rest } = value
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(rest).flatMap(referencesIn)]
}

function faults(schema: Json | undefined, value: unknown, from = document): string[] {
  const validator = Compile(whole(schema ?? false, from) as JsonObject)
  return validator.Errors(value).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

describe('the description of the API', () => {
  it('the OpenAPI document is valid, of this version and address, for machines and for people', async () => {
    for (const one of [document, reading]) {
      const { valid, errors } = await new Validator().validate(structuredClone(one))
      expect(errors ?? []).toEqual([])
      expect(valid).toBe(true)
      expect(one).toMatchObject({
        openapi: '3.1.1',
        info: { title: 'Polyphony', version },
        servers: [{ url: gateway.url }],
      })
    }
  })

  it('the OpenAPI document names everything once, and has no broken reference', () => {
    for (const one of [document, reading]) {
      const ids = allOf(one).map(({ described }) => described.operationId)
      expect(ids).toEqual([...new Set(ids)])
      const known = Object.keys(one.components.schemas).map((name) => `#/components/schemas/${name}`)
      expect(referencesIn(one).filter((reference) => !known.includes(reference))).toEqual([])
      const tags = (one.tags as JsonObject[]).map(({ name }) => name)
      const used = allOf(one).flatMap(({ described }) => described.tags as string[])
      expect(used.filter((tag) => !tags.includes(tag))).toEqual([])
    }
    const names = listOperations().map(nameOf)
    expect(names).toEqual([...new Set(names)])
    expect(names.filter((name) => !/^[A-Za-z0-9._-]+$/.test(name))).toEqual([])
  })

  it('the OpenAPI document has exactly the routes of the server', () => {
    const served = routes.filter((route) => !leftOut.has(route))
    // Fastify adds a HEAD to every GET; OpenAPI takes that for granted.
    const wanted = served.filter((route) => !route.startsWith('HEAD '))
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const serves = (route: string, one: string): boolean =>
      new RegExp(`^${route.replace(/:[a-z]+/g, '[^/]+').replace('*', '[^/]+')}$`).test(one)
    expect(wanted.length).toBeGreaterThan(25)
    expect(wanted.filter((route) => !written.some((one) => serves(route, one)))).toEqual([])
    expect(written.filter((one) => !wanted.some((route) => serves(route, one)))).toEqual([])
  })

  it('describes every parameter of a path', () => {
    for (const { name, method, described } of allOf({ ...document, webhooks: {} })) {
      const parameters = (described.parameters ?? []) as JsonObject[]
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      expect(new Set(inPath), `${method} ${name}`).toEqual(new Set(wanted))
    }
  })

  it('leaves out the routes that no client is to call, each for a reason', () => {
    // Of the HEAD that Fastify adds to a GET, nothing is said.
    const chosen = [...leftOut].filter(([route]) => !route.startsWith('HEAD ') || route.includes('/files/'))
    expect(Object.fromEntries(chosen)).toEqual({
      ...Object.fromEntries(WEB_PAGES.map((page) => [`GET ${page}`, 'a page of the workspace'])),
      'GET /s/:id': 'a page for those who have a link',
      ...Object.fromEntries(
        [
          'GET /.well-known/oauth-authorization-server/api/auth',
          'GET /api/auth/oauth2/authorize',
          ...['register', 'revoke', 'token'].map((name) => `POST /api/auth/oauth2/${name}`),
        ].map((route) => [route, 'the protocol of OAuth 2.1, which docs/mcp.md describes']),
      ),
      'GET /s/:id/:file': 'a file of such a page',
      ...Object.fromEntries(
        [
          '/v1/responses/*',
          ...['conversations', 'vector_stores', 'containers'].flatMap((name) => [`/v1/${name}`, `/v1/${name}/*`]),
        ]
          .flatMap((path) => ['GET', 'POST', 'DELETE'].map((method) => `${method} ${path}`))
          .map((route) => [route, 'it is answered with the reason why it is not served']),
      ),
      'GET /assets/*': 'what the pages load',
      'GET /favicon.ico': 'a picture for browsers',
      'GET /robots.txt': 'for search engines',
      'GET /openapi/:name': 'a part of the document',
      'GET /files/:name': 'answers give whole URLs of files',
      'HEAD /files/:name': 'answers give whole URLs of files',
      'GET /files/live/:name': 'answers give whole URLs of files',
      'HEAD /files/live/:name': 'answers give whole URLs of files',
      'GET /openapi.json': 'the document itself',
      'POST /api/payments/:provider': 'for the payment provider, which signs what it sends',
      'POST /callbacks/:task/:token': 'vendors call it, no client does',
      'GET /docs': 'a page for people',
      'GET /guide': 'a page for people',
      'GET /guide/*': 'a page for people',
      'GET /llms.txt': 'for language models',
      'GET /llms-full.txt': 'for language models',
      'GET /docs/:name': 'a page for people',
      'GET /docs/openapi.json': 'what the page shows',
      'GET /docs/openapi/:name': 'what a page shows',
      'GET /docs/scalar.js': 'what the page runs',
      'GET /api/auth/*': 'the login’s own protocol, which docs/workspace.md describes',
      'POST /api/auth/*': 'the login’s own protocol, which docs/workspace.md describes',
    })
  })

  it('/docs shows the same routes, and every operation on a page of its own', () => {
    const path = (key: string): string => key.split('#')[0] ?? ''
    expect(new Set(Object.keys(reading.paths).map(path))).toEqual(new Set(Object.keys(document.paths)))
    for (const operation of listOperations()) {
      const page = reading.paths[`/api/v1/task#${operation.id}`]?.post
      expect(page, operation.id).toMatchObject({
        summary: `${operation.model} ${operation.taskType}`,
        tags: [operation.model],
        requestBody: {
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${nameOf(operation)}` } } },
        },
      })
    }
  })
})

describe('the parts of the reference', () => {
  it('each protocol and each model has a valid document of its own, without broken references, and together they have all', async () => {
    const list = await (await fetch(`${gateway.url}/docs`)).text()
    const linked = [...list.matchAll(/href="[^"]*\/docs\/([^"]+)"/g)].map(([, name = '']) => decodeURIComponent(name))
    const names = linked.filter((name) => name !== 'all')
    expect(names.length).toBeGreaterThan(60)
    const shown = new Set<string>()
    for (const name of names) {
      const part = await read(`/docs/openapi/${name}.json`)
      // The validator takes a quarter of a second; the parts are made in two ways.
      if (name === 'suno' || name === 'model-suno') {
        const { valid, errors } = await new Validator().validate(structuredClone(part))
        expect([name, errors ?? [], valid]).toEqual([name, [], true])
      }
      const known = Object.keys(part.components.schemas).map((schema) => `#/components/schemas/${schema}`)
      expect(referencesIn(part).filter((reference) => !known.includes(reference))).toEqual([])
      for (const path of Object.keys(part.paths)) shown.add(path)
    }
    expect([...shown].sort()).toEqual(Object.keys(reading.paths).sort())
  })
})

describe('every operation of the catalogue', () => {
  it('every operation is one form of the body of POST /api/v1/task, with an example that fits it and no other', () => {
    const body = document.paths['/api/v1/task']?.post?.requestBody as unknown as {
      content: {
        'application/json': { schema: JsonObject; examples: Record<string, { summary: string; value: Json }> }
      }
    }
    const { schema, examples } = body.content['application/json']
    expect(schema).toEqual({ $ref: '#/components/schemas/PiapiTaskRequest' })
    const { oneOf } = document.components.schemas.PiapiTaskRequest as { oneOf: JsonObject[] }
    const operations = listOperations()
    expect(oneOf).toEqual(operations.map((operation) => ({ $ref: `#/components/schemas/${nameOf(operation)}` })))
    expect(Object.keys(examples)).toEqual(operations.map(nameOf))
    for (const operation of operations) {
      const name = nameOf(operation)
      const form = document.components.schemas[name]
      expect(form).toMatchObject({
        title: operation.title,
        properties: { model: { const: operation.model }, task_type: { const: operation.taskType } },
      })
      const example = examples[name]
      expect(example?.summary).toContain(`${operation.model} ${operation.taskType}`)
      expect(faults(form, example?.value), name).toEqual([])
      expect(faults(form, { ...(example?.value as JsonObject), task_type: 'another' }), name).not.toEqual([])
      expect(document.components.schemas[`${name}.output`], name).toBeDefined()
    }
  })

  it('every operation is described as callers may send it: only fields with a default may be left out', () => {
    for (const operation of listOperations()) {
      const filled = readInput(operation, operation.example)
      const schema = inputSchema(operation) as { required?: string[]; properties: Record<string, JsonObject> }
      for (const field of schema.required ?? []) {
        const { [field]: _left, ...without } = filled
        expect(() => readInput(operation, without), `${operation.id} without ${field}`).toThrow(field)
      }
      for (const [field, { default: value }] of Object.entries(schema.properties)) {
        if (value !== undefined) expect(schema.required ?? [], operation.id).not.toContain(field)
      }
    }
  })
})

describe('the answers of the gateway', () => {
  /** Sends, and holds the answer against what the document says of the path. */
  async function answerAsDescribed(
    method: string,
    path: string,
    { as = path, ...sending }: Sending & { as?: string } = {},
  ) {
    const answer: Answer = await gateway.send(method, path, { key: TEST_KEY, ...sending })
    const described = document.paths[as]?.[method.toLowerCase()]
    const { content } = (described?.responses[String(answer.status)] ?? {}) as {
      content?: { 'application/json': { schema: JsonObject } }
    }
    const where = `${method} ${path} (${answer.status})`
    expect(content, where).toBeDefined()
    expect(faults(content?.['application/json'].schema, answer.body), where).toEqual([])
    return answer
  }
  const part = ({ body }: Answer): JsonObject => (body as { data: JsonObject }).data

  it('the answers of PiAPI’s routes match the OpenAPI document', async () => {
    const words = { model: 'suno', task_type: 'lyrics', input: { prompt: 'rain sandbox:fast' } }
    const picture = { model: 'Qubico/flux1-dev', task_type: 'txt2img', input: { prompt: 'rain sandbox:fast' } }
    const slow = { ...words, input: { prompt: 'rain sandbox:slow=60' } }
    await answerAsDescribed('POST', '/api/v1/task?dry_run=true', { as: '/api/v1/task', body: words })
    for (const body of [words, picture]) {
      const { task_id: id } = part(await answerAsDescribed('POST', '/api/v1/task', { body }))
      const ended = await answerAsDescribed('GET', `/api/v1/task/${id}?wait=20`, { as: '/api/v1/task/{id}' })
      expect(part(ended).status).toBe('completed')
      expect(
        faults(
          { $ref: `#/components/schemas/${body.model.replace('/', '.')}.${body.task_type}.output` },
          part(ended).output,
        ),
      ).toEqual([])
    }
    const batch = part(
      await answerAsDescribed('POST', '/api/v1/tasks/batch', { body: { tasks: [slow, slow, { model: 'none' }] } }),
    )
    const at = { as: '/api/v1/tasks/batch/{id}' }
    await answerAsDescribed('GET', `/api/v1/tasks/batch/${batch.batch_id}`, at)
    await answerAsDescribed('GET', '/account/active_tasks')
    await answerAsDescribed('DELETE', `/api/v1/tasks/batch/${batch.batch_id}`, at)
    await answerAsDescribed('DELETE', '/api/v1/tasks?created_before=1&model=all', { as: '/api/v1/tasks' })
    await answerAsDescribed('DELETE', '/api/v1/tasks')
    await answerAsDescribed('GET', '/api/v1/tasks?limit=2', { as: '/api/v1/tasks' })
    await answerAsDescribed('GET', '/api/v1/models')
    await answerAsDescribed('GET', '/account/info')
    await answerAsDescribed('GET', '/api/open/tasks/histories')
    const upload = document.paths['/api/ephemeral_resource']?.post?.requestBody as unknown as {
      content: { 'application/json': { example: Json } }
    }
    await answerAsDescribed('POST', '/api/ephemeral_resource', { body: upload.content['application/json'].example })
    await answerAsDescribed('POST', '/api/v1/task', { body: { ...picture, input: {} } })
    await answerAsDescribed('POST', '/api/v1/task', { body: words, key: null })
    await answerAsDescribed('POST', '/api/v1/task', { text: 'la', headers: { 'content-type': 'text/plain' } })
    await answerAsDescribed('GET', '/api/v1/task/none', { as: '/api/v1/task/{id}' })
  })

  it('the answers of the Suno relay’s routes match the OpenAPI document', async () => {
    const song = { gpt_description_prompt: 'rain sandbox:fast' }
    const { data: id } = (await answerAsDescribed('POST', '/suno/submit/music', { body: song })).body as JsonObject
    await answerAsDescribed('GET', `/suno/fetch/${id}?wait=20`, { as: '/suno/fetch/{id}' })
    await answerAsDescribed('GET', `/suno/task/${id}`, { as: '/suno/task/{id}' })
    await answerAsDescribed('POST', '/suno/fetch', { body: { ids: [id as string] } })
    const body = (await answerAsDescribed('POST', '/suno/generate', { body: song })).body as JsonObject
    await answerAsDescribed('GET', `/suno/feed/${body.id},none`, { as: '/suno/feed/{ids}' })
    const words = (await answerAsDescribed('POST', '/suno/generate/lyrics', { body: { prompt: 'rain' } }))
      .body as JsonObject
    await answerAsDescribed('GET', `/suno/lyrics/${words.id}`, { as: '/suno/lyrics/{id}' })
    await answerAsDescribed('POST', '/suno/submit/lyrics', { body: { prompt: '' } })
    await answerAsDescribed('GET', '/suno/fetch/none', { as: '/suno/fetch/{id}' })
  })

  it('the answers of Polyphony’s own routes match the OpenAPI document', async () => {
    const words = { operation: 'suno/lyrics', input: { prompt: 'rain sandbox:fast' } }
    const slow = { ...words, input: { prompt: 'rain sandbox:slow=60' } }
    const at = '/polyphony/v1/tasks'
    const { id } = (await answerAsDescribed('POST', at, { body: words })).body as JsonObject
    await answerAsDescribed('GET', `${at}/${id}?wait=20`, { as: `${at}/{id}` })
    const waiting = (await answerAsDescribed('POST', at, { body: slow })).body as JsonObject
    await answerAsDescribed('POST', `${at}/${waiting.id}/cancel`, { as: `${at}/{id}/cancel` })
    await answerAsDescribed('POST', `${at}/${id}/cancel`, { as: `${at}/{id}/cancel` })
    await answerAsDescribed('GET', `${at}?limit=1`, { as: at })
    await answerAsDescribed('GET', '/polyphony/v1/operations')
    await answerAsDescribed('POST', at, { body: { ...words, operation: 'suno/dance' } })
    await answerAsDescribed('POST', at, { body: { ...words, input: {} } })
    await answerAsDescribed('GET', `${at}/none`, { as: `${at}/{id}` })
    await answerAsDescribed('GET', at, { key: null })
    const body = document.paths[at]?.post?.requestBody as unknown as {
      content: { 'application/json': { schema: JsonObject; examples: Record<string, { value: Json }> } }
    }
    const { examples, schema } = body.content['application/json']
    const forms = Object.values(examples).map(({ value }) => value)
    expect(forms).toHaveLength(listOperations().length)
    const { oneOf } = whole(schema, document) as { oneOf: JsonObject[] }
    forms.forEach((form, index) => void expect(faults(oneOf[index], form)).toEqual([]))
  })

  it('the answers of the account routes match the OpenAPI document, for operators and for tenants', async () => {
    const fields = { apiKey: 'a key of the test', baseUrl: 'http://127.0.0.1:9/v1' }
    for (const at of ['/api/admin/accounts', '/api/v1/accounts']) {
      const ask = (method: string, path = at, sending: Sending & { as?: string } = {}) =>
        answerAsDescribed(method, path, { key: LIVE_KEY, ...sending })
      const added = part(await ask('POST', at, { body: { provider: 'luma', name: at, fields, daily_cap: 5 } }))
      const one = { as: `${at}/{id}` }
      await ask('GET')
      await ask('GET', `${at}/${added.id}`, one)
      await ask('PATCH', `${at}/${added.id}`, { ...one, body: { serves: ['luma'], daily_cap: null } })
      await ask('PATCH', `${at}/${added.id}`, { ...one, body: { slots: 0 } })
      for (const verb of ['drain', 'resume', 'disable', 'enable', 'test']) {
        await ask('POST', `${at}/${added.id}/${verb}`, { as: `${at}/{id}/${verb}` })
      }
      await ask('GET', `${at}/${added.id}/debug`, { as: `${at}/{id}/debug` })
      await ask('DELETE', `${at}/${added.id}`, one)
      await ask('GET', `${at}/${added.id}`, one)
      await ask('GET', at, { key: TEST_KEY })
      await ask('POST', at, { body: { provider: 'none' } })
    }
    await answerAsDescribed('GET', '/api/admin/providers', { key: LIVE_KEY })
    await answerAsDescribed('GET', '/api/v1/providers', { key: LIVE_KEY })
    await answerAsDescribed('GET', '/api/v1/account/pool', { key: LIVE_KEY })
    await answerAsDescribed('PATCH', '/api/v1/account/pool', { key: LIVE_KEY, body: { default_pool: 'private' } })
    await answerAsDescribed('PATCH', '/api/v1/account/pool', { key: LIVE_KEY, body: { falls_back: 1 } })
    const form = document.paths['/api/v1/accounts']?.post?.requestBody as unknown as {
      content: { 'application/json': { schema: JsonObject; examples: { luma: { value: Json } } } }
    }
    const { schema, examples } = form.content['application/json']
    expect(faults(schema, examples.luma.value)).toEqual([])
    expect(faults(schema, { provider: 'luma', name: 'main', fields, price_factor: 0 })).not.toEqual([])
  })

  it('the answers to monitors match the OpenAPI document', async () => {
    for (const path of ['/healthz', '/readyz', '/api/status']) await answerAsDescribed('GET', path, { key: null })
  })
})
