import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

/** What clients write into queries, on every route that the document has: a new one is tested as soon as it is described. */

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: { type?: string; enum?: Json[] }
}

interface Route {
  at: string
  path: string
  parameters: Parameter[]
  /** The query with what is required. */
  least: string
}

const UNKNOWN = '01234567-89ab-4cde-8f01-23456789ab00'
/** Anthropic's clients send it with every request; some of these paths are OpenAI's without it. */
const ANTHROPIC = { 'anthropic-version': '2023-06-01' }
/** Its stream has no end. */
const LEFT_OUT = ['/polyphony/v1/events']

let gateway: TestGateway
let routes: Route[]
const counts = { empty: 0, wrong: 0, repeated: 0 }

beforeAll(async () => {
  gateway = await openGateway()
  const document = (await gateway.send('GET', '/openapi.json')).body as JsonObject
  routes = routesOf(document)
})
afterAll(async () => {
  const { empty, wrong, repeated } = counts
  console.log(`queries of ${routes.length} routes: ${empty} empty values, ${wrong} wrong ones, ${repeated} sent twice`)
  await gateway?.[Symbol.asyncDispose]()
})

function routesOf({ paths, components }: JsonObject): Route[] {
  const known = (components as { parameters?: Record<string, Parameter> }).parameters ?? {}
  const seen = new Set<string>()
  return Object.entries(paths as Record<string, { get?: { parameters?: (Parameter & { $ref?: string })[] } }>).flatMap(
    ([path, { get }]): Route[] => {
      if (!get || LEFT_OUT.includes(path)) return []
      const all = (get.parameters ?? []).map((one) => known[one.$ref?.split('/').at(-1) ?? ''] ?? one)
      const parameters = all.filter((one) => one.in === 'query')
      // The same route below another prefix, and Kling's many paths, read their query by the same code.
      const last = path.split('/').slice(-2)
      const kind = /\/v1\/(?:videos|images)\//.test(path) ? (last[1] === '{id}' ? 'one' : 'list') : last.join('/')
      const same = `${kind} ${JSON.stringify(parameters)}`
      if (parameters.length === 0 || seen.has(same)) return []
      seen.add(same)
      const least = parameters.filter(({ required }) => required).map((one) => `${one.name}=${sampleOf(one)}`)
      const at = path
        .replace('{speed}', 'fast')
        .replace('/queue/{path}', `/queue/fal-ai/flux/requests/${UNKNOWN}/status`)
        .replaceAll(/\{\w+\}/g, UNKNOWN)
      return [{ at, path, parameters: parameters.filter(({ required }) => !required), least: least.join('&') }]
    },
  )
}

function sampleOf({ schema }: Parameter): string {
  return schema.type === 'integer' ? '1' : UNKNOWN
}

async function answerTo({ at, path, least }: Route, query: string): Promise<{ status: number; text: string }> {
  const headers = path.includes('messages') ? ANTHROPIC : {}
  const { status, body } = await gateway.send('GET', `${at}?${[least, query].filter(Boolean).join('&')}`, { headers })
  return { status, text: typeof body === 'string' ? body : JSON.stringify(body) }
}

/** Values that a parameter does not have; none for a text that may be anything. */
function wrongFor({ name, schema }: Parameter): string[] {
  if (schema.type === 'boolean') return ['x', '2', 'TRUE']
  if (schema.type === 'integer' || name === 'limit') return ['x', '-1', '1.5', '1 x', '0x1', '٣']
  if (schema.type === 'number') return ['x', '-1', '1 x', 'NaN']
  if (/^(?:created_|start_time|end_time)|^(?:from|to)$/.test(name)) return ['yesterday']
  return []
}

/** MiniMax answers errors with 200 and a code of its own. */
function isRefused({ status, text }: { status: number; text: string }, name: string): boolean {
  const isError = (status >= 400 && status < 500) || text.includes('"status_code":2013')
  return isError && text.includes(name)
}

describe('the query of every route', () => {
  it('with an empty value is as without it', async () => {
    const wrong: string[] = []
    for (const route of routes) {
      const plain = await answerTo(route, '')
      for (const { name } of route.parameters) {
        counts.empty++
        const { status, text } = await answerTo(route, `${name}=`)
        if (status !== plain.status) wrong.push(`${route.path}?${name}= is ${status}, not ${plain.status}: ${text}`)
      }
    }
    expect(wrong).toEqual([])
    expect(counts.empty).toBeGreaterThan(100)
  })

  it('with a wrong number, flag or time is refused by its name, also where it is sent twice', async () => {
    const wrong: string[] = []
    for (const route of routes) {
      for (const parameter of route.parameters) {
        const { name } = parameter
        for (const value of wrongFor(parameter)) {
          counts.wrong++
          const answer = await answerTo(route, `${name}=${encodeURIComponent(value)}`)
          // A task that does not exist may be looked for first.
          if (!isRefused(answer, name) && answer.status !== 404)
            wrong.push(`${route.path}?${name}=${value} is ${answer.status}: ${answer.text.slice(0, 200)}`)
        }
        counts.repeated++
        const twice = await answerTo(route, `${name}=1&${name}=2`)
        if (twice.status >= 500) wrong.push(`${route.path}?${name}=1&${name}=2 is ${twice.status}`)
      }
    }
    expect(wrong).toEqual([])
    expect(counts.wrong).toBeGreaterThan(200)
  })
})
