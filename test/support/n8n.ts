import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPackage } from '../../scripts/build-packages.ts'

/**
 * The node of n8n as n8n runs it, without n8n: its package is built and loaded as CommonJS, `n8n-workflow` is the few
 * things of it that the node uses, and what n8n gives a node at work (parameters with their defaults, an HTTP client,
 * binary data, waiting) is done here over real HTTP.
 */

export interface Item {
  json: Record<string, unknown>
  binary?: Record<string, Binary>
  pairedItem?: { item: number }
}
export interface Binary {
  mimeType: string
  fileName?: string
  bytes: Uint8Array
}

export interface Parameter {
  displayName: string
  name: string
  type: string
  default: unknown
  required?: boolean
  options?: { name: string; value?: unknown; action?: string }[]
  displayOptions?: { show?: Record<string, unknown[]>; hide?: Record<string, unknown[]> }
}

interface NodeType {
  description: { properties: Parameter[]; icon: string; webhooks: { restartWebhook: boolean }[] }
  execute(): Promise<Item[][]>
  webhook(): Promise<{ workflowData?: Item[][]; webhookResponse?: unknown }>
}

interface Credentials {
  authenticate: { properties: { headers: Record<string, string> } }
  test: { request: { baseURL: string; url: string } }
}

export interface N8n {
  node: NodeType
  credentials: Credentials
  /** Runs the node on items. Throws what the node throws. */
  execute(run: Run): Promise<Item[]>
  /** What the node does with a call to the address of an execution that waits. */
  webhook(query: Record<string, string>, run: Run): ReturnType<NodeType['webhook']>
  close(): Promise<void>
}

export interface Run {
  url: string
  key: string
  /** Parameters of the node; the others have their defaults. */
  parameters: Record<string, unknown>
  items?: Item[]
  continueOnFail?: boolean
  executionId?: string
  runIndex?: number
  resumeUrl?: string
  /** Called when the node puts the execution aside. */
  onWait?: (until: Date) => void
  signal?: AbortSignal
}

const WORKFLOW_MODULE = `
class NodeError extends Error {
  constructor(node, error, { message, description, httpCode, itemIndex } = {}) {
    super(message ?? error.message ?? String(error))
    Object.assign(this, { node, description, httpCode: httpCode ?? null, context: { itemIndex } })
  }
}
exports.NodeApiError = class NodeApiError extends NodeError {}
exports.NodeOperationError = class NodeOperationError extends NodeError {}
exports.sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`

const CREDENTIALS = 'polyphonyApi'

/** Builds the package and loads it from a folder of its own. */
export async function openN8n(): Promise<N8n> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-n8n-'))
  const workflow = join(folder, 'node_modules/n8n-workflow')
  await mkdir(workflow, { recursive: true })
  await writeFile(join(workflow, 'index.js'), WORKFLOW_MODULE)
  await cp(
    fileURLToPath(new URL('../../packages/n8n-nodes-polyphony/package.json', import.meta.url)),
    join(folder, 'package.json'),
  )
  await buildPackage('n8n-nodes-polyphony', join(folder, 'dist'))
  const load = createRequire(join(folder, 'dist/index.js'))
  // n8n finds a class by the name of its file.
  const node: NodeType = new (load('./nodes/Polyphony/Polyphony.node.js').Polyphony)()
  const credentials: Credentials = new (load('./credentials/PolyphonyApi.credentials.js').PolyphonyApi)()
  return {
    node,
    credentials,
    async execute(run) {
      const [items = []] = await node.execute.call(executeContext(node, credentials, run))
      return items
    },
    webhook: (query, run) => node.webhook.call(webhookContext(node, credentials, query, run)),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

// The contexts are what the node reads of n8n's, and nothing else: so the types of n8n are not theirs.
// biome-ignore lint/suspicious/noExplicitAny: see above
type ContextOfNode = any

function executeContext(node: NodeType, credentials: Credentials, run: Run): ContextOfNode {
  const { items = [{ json: {} }] } = run
  return {
    ...commonContext(run),
    getInputData: () => items,
    getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
      parameterValue(node.description.properties, run.parameters, name, fallback),
    continueOnFail: () => run.continueOnFail ?? false,
    getExecutionCancelSignal: () => run.signal,
    putExecutionToWait: async (until: Date) => run.onWait?.(until),
    helpers: {
      ...helpers(credentials, run),
      assertBinaryData: (index: number, name: string) => binaryOf(items, index, name),
      getBinaryDataBuffer: async (index: number, name: string) => Buffer.from(binaryOf(items, index, name).bytes),
    },
  }
}

function webhookContext(node: NodeType, credentials: Credentials, query: object, run: Run): ContextOfNode {
  return {
    ...commonContext(run),
    getQueryData: () => query,
    getNodeParameter: (name: string, fallback?: unknown) =>
      parameterValue(node.description.properties, run.parameters, name, fallback),
    helpers: helpers(credentials, run),
  }
}

function commonContext(run: Run) {
  const values: Record<string, unknown> = {
    '{{ $runIndex }}': run.runIndex ?? 0,
    '{{ $execution.resumeUrl }}': run.resumeUrl ?? 'http://n8n.example/webhook-waiting/1',
  }
  return {
    getCredentials: async () => ({ url: run.url, apiKey: run.key }),
    getNode: () => ({ id: '0f6f3a52-7d50-4f04-8d3c-0f4e6d3a8a11', name: 'Polyphony' }),
    getWorkflow: () => ({ id: 'Zq5w1o9sN2h7kQxA' }),
    getExecutionId: () => run.executionId ?? '1',
    evaluateExpression(expression: string) {
      if (!(expression in values)) throw new Error(`The expression ${expression} is not known here.`)
      return values[expression]
    },
  }
}

/** A parameter as n8n reads it: what the user set, or the default of the one that is displayed. */
function parameterValue(properties: Parameter[], given: Record<string, unknown>, name: string, fallback: unknown) {
  const shown = properties.filter((one) => one.name === name && isDisplayed(one, given, properties))
  if (shown.length > 1) throw new Error(`Two parameters ${name} are displayed at once.`)
  const [parameter] = shown
  if (parameter) return name in given ? given[name] : parameter.default
  if (fallback === undefined) throw new Error(`Could not get parameter ${name}.`)
  return fallback
}

export function isDisplayed(
  { displayOptions: { show = {}, hide = {} } = {} }: Parameter,
  given: Record<string, unknown>,
  properties: Parameter[],
): boolean {
  const has = (name: string, values: unknown[]) =>
    values.includes(given[name] ?? properties.find((one) => one.name === name)?.default)
  return (
    Object.entries(show).every(([name, values]) => has(name, values)) &&
    !Object.entries(hide).some(([name, values]) => has(name, values))
  )
}

function binaryOf(items: Item[], index: number, name: string): Binary {
  const binary = items[index]?.binary?.[name]
  if (!binary) throw new Error(`This operation expects the node's input data to contain a binary file '${name}'.`)
  return binary
}

interface RequestOptions {
  url: string
  method: string
  headers?: Record<string, string>
  body?: unknown
  json?: boolean
  encoding?: string
  timeout?: number
  abortSignal?: AbortSignal
}

function helpers({ authenticate }: Credentials, { key }: Run) {
  const filled = (value: string) => value.replace('={{$credentials.apiKey}}', key)
  const signed = Object.entries(authenticate.properties.headers).map(([name, value]) => [name, filled(value)])
  return {
    httpRequest,
    async httpRequestWithAuthentication(name: string, options: RequestOptions) {
      if (name !== CREDENTIALS) throw new Error(`There are no credentials ${name}.`)
      return httpRequest({ ...options, headers: { ...options.headers, ...Object.fromEntries(signed) } })
    },
    prepareBinaryData: async (data: Uint8Array, fileName?: string, mimeType = 'application/octet-stream') =>
      ({ bytes: data, mimeType, ...(fileName === undefined ? {} : { fileName }) }) satisfies Binary,
  }
}

/** With `returnFullResponse` and `ignoreHttpStatusErrors`, which the node always sets. */
async function httpRequest({ url, method, headers = {}, body, json, encoding, timeout, abortSignal }: RequestOptions) {
  const isJson = json === true && body !== undefined
  const signals = [abortSignal, timeout === undefined ? undefined : AbortSignal.timeout(timeout)]
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(isJson ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as Uint8Array<ArrayBuffer>) }),
    signal: AbortSignal.any(signals.filter((one) => one !== undefined)),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isParsed = encoding === undefined && response.headers.get('content-type')?.includes('json')
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: encoding === 'arraybuffer' ? bytes : isParsed ? JSON.parse(bytes.toString()) : bytes.toString(),
  }
}
