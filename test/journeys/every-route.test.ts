import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { dialects } from '../../src/dialects/dialects.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

/**
 * How bodies and addresses are sent, on the routes of every protocol that the document has: a new one is tested as soon as
 * it is described. What a body says is tested elsewhere.
 */

const MAX_BODY_BYTES = 200_000
const UNKNOWN = '01234567-89ab-4cde-8f01-23456789ab00'

interface Route {
  protocol: string
  method: string
  /** With values in the place of its parameters. */
  at: string
  takesBody: boolean
  takesJson: boolean
  takesForm: boolean
  hasCursor: boolean
}

let gateway: TestGateway
let routes: Route[] = []
let sent = 0

beforeAll(async () => {
  gateway = await openGateway({
    env: { POLYPHONY_BODY_MAX_BYTES: String(MAX_BODY_BYTES), POLYPHONY_EGRESS_ALLOW: '' },
  })
  const all = [...dialects.map(({ id }) => id), 'workspace']
  const found = await Promise.all(
    all.map(async (id) => routesOf(id, (await gateway.send('GET', `/openapi/${id}.json`)).body as JsonObject)),
  )
  // Below another prefix the same code reads the same route.
  const last = ({ protocol, method, at }: Route) => `${protocol} ${method} ${at.split('/').slice(-2).join('/')}`
  routes = [...Map.groupBy(found.flat(), last).values()].flatMap(([one]) => one ?? [])
})
afterAll(async () => {
  console.log(`${sent} requests to ${routes.length} routes of ${dialects.length} protocols and the workspace`)
  await gateway?.[Symbol.asyncDispose]()
})

interface Operation {
  requestBody?: { content: object }
  parameters?: { name?: string; $ref?: string }[]
}

function routesOf(protocol: string, { paths }: JsonObject): Route[] {
  return Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Route[] => {
      const { requestBody, parameters } = operation
      return [
        {
          protocol,
          method: method.toUpperCase(),
          at: path
            .replace('{speed}', 'fast')
            .replace('/queue/{path}', `/queue/fal-ai/flux/requests/${UNKNOWN}/status`)
            .replace('{path}', 'fal-ai/flux/dev')
            .replaceAll(/\{\w+\}/g, UNKNOWN),
          takesBody: requestBody !== undefined,
          takesJson: 'application/json' in (requestBody?.content ?? {}),
          takesForm: 'multipart/form-data' in (requestBody?.content ?? {}),
          hasCursor: parameters?.some(({ name, $ref }) => name === 'cursor' || $ref?.endsWith('cursor')) ?? false,
        },
      ]
    }),
  )
}

/** Routes of pages of the gateway's own, which refuse programs of other places before they read a body. */
const SAME_ORIGIN = /^\/api\/workspace\//
/** Its errors are those of the address in a header. */
const PROXY = '/fal/proxy'
/** Open to all, and of no protocol: errors have the form outside of these. */
const OPEN = /^\/(?:\.well-known|api\/pricing)/
/** Uploads whose address is the right to send, and is looked up first. */
const KEYLESS = /\/(?:uploads\/form|storage\/upload|storage\/cdn)\/|^\/runway\/uploads\/[^/]+\/file$/

interface Answer {
  status: number
  body: JsonObject
  headers: Headers
}

async function send(
  { at }: Route,
  method: string,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<Answer> {
  sent++
  const isAnthropic = /messages|^\/anthropic/.test(at)
  const answer = await fetch(gateway.url + at, {
    method,
    headers: {
      'x-api-key': LIVE_KEY,
      origin: 'https://page.example',
      ...(isAnthropic ? { 'anthropic-version': '2023-06-01' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    redirect: 'manual',
  })
  const text = await answer.text()
  const value = text !== '' && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}
  return { status: answer.status, body: isJsonObject(value) ? value : { text }, headers: answer.headers }
}

/** The message of an error in the form of its protocol; undefined where it has another form. A new protocol is added here. */
const MESSAGE_OF: Readonly<Record<string, (body: JsonObject) => unknown>> = {
  piapi: ({ code, data, message, error }) =>
    typeof code === 'number' && data === null && isJsonObject(error) ? message : undefined,
  workspace: (body) => MESSAGE_OF.piapi?.(body),
  suno: ({ code, data, message }) => (typeof code === 'string' && data === null ? message : undefined),
  udio: (body) => MESSAGE_OF.suno?.(body),
  midjourney: ({ code, type, description, error }) =>
    typeof code === 'number' && type === 'upstream_error'
      ? description
      : isJsonObject(error)
        ? error.message
        : undefined,
  luma: (body) => body.detail ?? MESSAGE_OF.suno?.(body),
  kling: ({ code, data, message, request_id: id }) =>
    typeof code === 'number' && data === null && id !== undefined ? message : undefined,
  minimax: ({ base_resp: base, error }) =>
    isJsonObject(base) ? base.status_msg : isJsonObject(error) ? error.message : undefined,
  replicate: ({ title, detail, status }) => (title && typeof status === 'number' ? detail : undefined),
  fal: ({ detail }) => (Array.isArray(detail) && isJsonObject(detail[0]) ? detail[0].msg : detail),
  bfl: (body) => MESSAGE_OF.fal?.(body),
  ideogram: ({ error }) => error,
  runway: (body) => (typeof body.error === 'string' ? body.error : (body.message ?? undefined)),
  recraft: ({ code, message }) => (typeof code === 'string' ? message : undefined),
  openai: ({ error }) => (isJsonObject(error) && 'param' in error && 'type' in error ? error.message : undefined),
  'openai-images': (body) => MESSAGE_OF.openai?.(body),
  'openai-videos': (body) => MESSAGE_OF.openai?.(body),
  anthropic: ({ type, error }) => (type === 'error' && isJsonObject(error) ? error.message : undefined),
  gemini: ({ error }) =>
    isJsonObject(error) && typeof error.code === 'number' && error.status !== undefined ? error.message : undefined,
  'one-api': ({ message, error }) => message ?? (isJsonObject(error) ? error.message : undefined),
  polyphony: ({ error }) => (isJsonObject(error) && error.request_id !== undefined ? error.message : undefined),
  mcp: ({ jsonrpc, error }) => (jsonrpc === '2.0' && isJsonObject(error) ? error.message : undefined),
}

interface Manner {
  headers: Record<string, string>
  body: string | Uint8Array
  /** What the message says; a list where routes check one of several first. */
  says: RegExp
  /** Of what takes forms, too. */
  ofForms?: true
}

const JSON_TYPE = { 'content-type': 'application/json' }
const PLAIN = JSON.stringify({ zzz: 1, prompt: 7, model: 7 })
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=x' }
const FORM = '--x\r\nContent-Disposition: form-data; name="zzz"\r\n\r\n1\r\n--x--\r\n'
const encoded = (encoding: string) => ({ ...JSON_TYPE, 'content-encoding': encoding })
const BOMB = gzipSync(Buffer.alloc(2 * MAX_BODY_BYTES, ' '))
/** Calls may have 64 MiB. */
const BOMB_FOR_CALLS = gzipSync(Buffer.alloc(65 * 2 ** 20, ' '))

const REFUSED: Readonly<Record<string, Manner>> = {
  'an unknown encoding': { headers: encoded('compress'), body: PLAIN, says: /Content-Encoding .* "compress"/ },
  'two encodings': { headers: encoded('gzip, br'), body: gzipSync(PLAIN), says: /Content-Encoding .* "gzip, br"/ },
  'compressed, and cut': {
    headers: encoded('gzip'),
    body: gzipSync(PLAIN.repeat(50)).subarray(0, 40),
    says: /not valid gzip/,
  },
  'not compressed as it says': { headers: encoded('zstd'), body: gzipSync(PLAIN), says: /not valid zstd/ },
  'not UTF-8': { headers: JSON_TYPE, body: Buffer.from('7b227a7a7a223a22ff227d', 'hex'), says: /not valid UTF-8/ },
  'cut JSON': { headers: JSON_TYPE, body: '{"zzz":', says: /JSON/ },
  'a list of scalars': { headers: JSON_TYPE, body: '[1]', says: /JSON object/ },
  'a text': { headers: JSON_TYPE, body: '"a"', says: /JSON object/ },
  null: { headers: JSON_TYPE, body: 'null', says: /JSON object|is required/ },
  XML: { headers: { 'content-type': 'application/xml' }, body: '<a/>', says: /application\/json|not valid JSON/ },
  'a form of letters': {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'prompt=a&model=b',
    says: /application\/json|not valid JSON/,
  },
  '5,000 levels': { headers: JSON_TYPE, body: `{"z":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, says: /levels deep/ },
  'a prototype': { headers: JSON_TYPE, body: '{"zzz":{"__proto__":{"a":1}}}', says: /not valid JSON/ },
  'a constructor': { headers: JSON_TYPE, body: '{"constructor":{"prototype":{"a":1}}}', says: /not valid JSON/ },
  'half a surrogate pair': { headers: JSON_TYPE, body: '{"zzz":{"a\\ud83d":1}}', says: /zzz.*surrogate/ },
  'a number beyond doubles': { headers: JSON_TYPE, body: '{"zzz":{"n":1e400}}', says: /zzz\.n.*number/ },
  NUL: { headers: JSON_TYPE, body: '{"zzz":"\\u0000"}', says: /NUL/ },
}

/** MiniMax and Midjourney answer some errors with other statuses than HTTP would. */
function isError({ status }: Answer, protocol: string): boolean {
  return (status >= 400 && status < 500) || (protocol === 'minimax' && status === 200)
}

/** Routes that read their own kind of body, whatever its type says: JSON Lines, streams of elements. */
function reads({ at, takesForm }: Route): 'form' | 'elements' | 'json' {
  if (takesForm) return 'form'
  return /messages\/batches$|\/tasks\/batch$/.test(at) ? 'elements' : 'json'
}

/** Only answers; and calls in other formats, which are read by the same code as OpenAI's. */
const WITHOUT_BODIES = ['one-api', 'anthropic', 'gemini']

/** What must not change by anything in this file. */
async function stock() {
  const { points, transactions, tasks } = await gateway.store.summary({})
  const assets = await gateway.store.listExpiredAssets({ now: Date.now() * 2, limit: 10_000 })
  return { balance: await gateway.balance(), points, transactions, tasks, assets: assets.length }
}

function writing(): Route[] {
  return routes.filter(({ takesBody, at }) => takesBody && at !== PROXY && !SAME_ORIGIN.test(at) && !KEYLESS.test(at))
}

const shown = ({ method, at }: Route, what: string, { status, body }: Answer): string =>
  `${method} ${at} with ${what}: ${status} ${JSON.stringify(body).slice(0, 200)}`

it('a protocol has a form for its errors, which this file knows', () => {
  expect(routes.map(({ protocol }) => protocol).filter((one) => !Object.hasOwn(MESSAGE_OF, one))).toEqual([])
})

it('a body that is sent wrongly is refused in the form of its protocol, on every route, and nothing is stored', async () => {
  const before = await stock()
  const wrong: string[] = []
  const manners = Object.entries(REFUSED)
  // Each protocol gets every fault, and each route some of them: they are read by common code.
  const turns = new Map<string, number>()
  for (const route of writing()) {
    const { protocol, method } = route
    const kind = `${protocol} ${reads(route)}`
    const turn = turns.get(kind) ?? 0
    const some = turn < manners.length ? 3 : 1
    turns.set(kind, turn + some)
    for (let count = 0; count < some; count++) {
      const [what = '', manner] = manners[(turn + count) % manners.length] ?? []
      if (!manner) continue
      const answer = await send(route, method, manner.headers, manner.body)
      const message = MESSAGE_OF[protocol]?.(answer.body)
      const says = JSON.stringify(answer.body).replaceAll('\\"', '"')
      const isOther = reads(route) !== 'json' || message === undefined
      // A thing that its path names is looked for before the body by some routes.
      const isRight = isError(answer, protocol) && message !== undefined && (isOther || manner.says.test(says))
      const isOfPath = answer.status === 404 || /task_no|not_exist|not offered|expired/.test(says)
      const mayRead = answer.headers.get('access-control-allow-origin') === '*'
      if (!mayRead || !(isRight || (isOfPath && message !== undefined))) wrong.push(shown(route, what, answer))
    }
  }
  expect(wrong).toEqual([])
  expect(await stock()).toEqual(before)
})

/** Ways to send the same JSON. */
const SAME: [what: string, headers: Record<string, string>, body: (text: string) => string | Uint8Array][] = [
  ['gzip', { 'content-encoding': 'gzip' }, gzipSync],
  ['br', { 'content-encoding': 'br' }, brotliCompressSync],
  ['deflate', { 'content-encoding': 'deflate' }, deflateSync],
  ['zstd', { 'content-encoding': 'zstd' }, zstdCompressSync],
  ['a charset', { 'content-type': 'application/json; charset=UTF-8' }, String],
  ['a byte order mark', {}, (text) => `\ufeff${text}`],
  ['another type of JSON', { 'content-type': 'application/merge-patch+json' }, String],
]
const ENCODINGS = 4

it('a body that is compressed, or JSON in another way, is read as the same body without, on every route', async () => {
  const wrong: string[] = []
  const without = ({ status, body }: Answer) =>
    `${status} ${JSON.stringify(body).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|req_\w+|"expires_at":\d+/g, '')}`
  for (const [index, route] of writing().entries()) {
    // Forms have no other ways, and MCP's own package reads the type of its bodies.
    const ways = reads(route) === 'json' && route.protocol !== 'mcp' ? SAME.length : ENCODINGS
    const [what, headers, written] = SAME[index % ways] ?? ['', {}, String]
    const [type, text] = route.takesForm ? [FORM_TYPE, FORM] : [JSON_TYPE, PLAIN]
    const plain = await send(route, route.method, type, text)
    const other = await send(route, route.method, { ...type, ...headers }, written(text))
    // Of what begins something each time, the shape alone is the same.
    const isSame = plain.status === 200 ? other.status === 200 : without(plain) === without(other)
    if (!isSame) wrong.push(`${shown(route, what, other)}, not ${without(plain)}`)
  }
  expect(wrong).toEqual([])
})

it('a small body that becomes a large one is refused in every protocol', async () => {
  const wrong: string[] = []
  const seen = new Set<string>(WITHOUT_BODIES)
  for (const route of writing()) {
    const { protocol, method } = route
    if (!route.takesJson || seen.has(protocol) || reads(route) === 'elements') continue
    seen.add(protocol)
    const answer = await send(route, method, encoded('gzip'), protocol === 'openai' ? BOMB_FOR_CALLS : BOMB)
    const says = String(MESSAGE_OF[protocol]?.(answer.body))
    if (!isError(answer, protocol) || !/too large/.test(says)) wrong.push(shown(route, 'a bomb', answer))
  }
  expect(wrong).toEqual([])
  expect(dialects.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([])
})

it('an address in another spelling is the same, and another method is refused with those that there are', async () => {
  const wrong: string[] = []
  const checked = new Set<string>()
  for (const [index, route] of routes.entries()) {
    const { method, at, protocol } = route
    if (at.endsWith('/events') || SAME_ORIGIN.test(at)) continue
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? PLAIN : undefined
    const headers = body === undefined ? {} : JSON_TYPE
    const spellings = [`${at}/`, at.replace('/', '//'), `/v1${at}`, at.replace(UNKNOWN, `%30${UNKNOWN.slice(1)}`)]
    const spelling = spellings[index % spellings.length] ?? at
    // Of the gateway's own paths `/v1` is no other spelling.
    if (protocol !== 'workspace' || !spelling.startsWith('/v1')) {
      const plain = await send(route, method, headers, body)
      const same = await send({ ...route, at: spelling }, method, headers, body)
      if (plain.status !== same.status)
        wrong.push(`${shown({ ...route, at: spelling }, 'it', same)}, not ${plain.status}`)
    }
    if (checked.has(at) || OPEN.test(at)) continue
    checked.add(at)
    const other = await send(route, 'PROPFIND', {})
    const allows = other.headers.get('allow') ?? ''
    const isRefused = other.status === 405 || (other.status === 404 && ['kling', 'minimax'].includes(protocol))
    if (!isRefused || !allows.includes(method) || MESSAGE_OF[protocol]?.(other.body) === undefined) {
      wrong.push(shown(route, 'PROPFIND', other))
    }
    if (method === 'GET' && allows.includes('HEAD')) {
      const head = await send(route, 'HEAD', {})
      const plain = await send(route, 'GET', {})
      if (head.status !== plain.status) wrong.push(`${shown(route, 'HEAD', head)}, not ${plain.status}`)
    }
  }
  expect(wrong).toEqual([])
})

it('a cursor that is made up, cut or of another list is refused by its name in every list', async () => {
  for (const amount_usd of [1, 2, 3]) await gateway.send('POST', '/api/admin/credit', { body: { amount_usd } })
  const page = await gateway.send('GET', '/api/admin/ledger?limit=1')
  const real = (page.body as { data: { next_cursor: string } }).data.next_cursor
  expect((await gateway.send('GET', `/api/admin/ledger?limit=1&cursor=${real}`)).status).toBe(200)
  const lists = routes.filter(({ method, hasCursor }) => method === 'GET' && hasCursor)
  const wrong: string[] = []
  for (const route of lists) {
    const cursors = ['x', UNKNOWN, '1', real.slice(0, -1), ...(route.at === '/api/admin/ledger' ? [] : [real])]
    for (const cursor of cursors) {
      const answer = await send({ ...route, at: `${route.at}?cursor=${cursor}` }, 'GET', {})
      const isRefused = isError(answer, route.protocol) && JSON.stringify(answer.body).includes('cursor')
      // The tenant or task that its path names is looked for first.
      if (!isRefused && answer.status !== 404) wrong.push(shown(route, cursor, answer))
    }
  }
  console.log(`${lists.length} lists with cursors`)
  expect(wrong).toEqual([])
  expect(lists.length).toBeGreaterThan(15)
})
