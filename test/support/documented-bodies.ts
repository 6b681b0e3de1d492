import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { whole } from './described-answers.ts'

/** Bodies of the routes that make tasks, as `/openapi.json` describes them, with the schema of each. */
export interface DocumentedBody {
  /** With values in the place of its parameters. */
  path: string
  schema: JsonObject
  body: JsonObject
  /** What it builds on must exist. */
  operation?: Operation
}

const FILE = 'https://1.1.1.1/file' // a number, so that no name service is asked
const DATA = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='}`

/** Bodies of schemas whose routes have no example in the document. */
const BODIES: Record<string, JsonObject> = {
  OpenaiVideoRequest: { prompt: 'a heron at dawn' },
  MidjourneyImagine: { prompt: 'a fox' },
  MidjourneyBlend: { base64Array: [DATA, DATA] },
  MidjourneyDescribe: { base64: DATA },
  MidjourneyEdits: { prompt: 'a red collar', image: FILE },
  MidjourneyShorten: { prompt: 'a fox' },
  MidjourneyRetexture: { prompt: 'as a woodcut', image: FILE },
  MidjourneySwap: { sourceBase64: DATA, targetBase64: DATA },
  MidjourneyVideo: { prompt: 'it runs', image: FILE },
  LumaVideoRequest: { model: 'ray-2', prompt: 'a balloon' },
  LumaModifyRequest: { model: 'ray-2', media: { url: FILE }, mode: 'flex_1' },
  LumaReframeVideoRequest: { model: 'ray-2', media: { url: FILE }, aspect_ratio: '9:16' },
  LumaReframeImageRequest: { model: 'photon-1', media: { url: FILE }, aspect_ratio: '9:16' },
  LumaImageRequest: { model: 'photon-1', prompt: 'a balloon' },
  LumaRelayRequest: { user_prompt: 'a balloon' },
  UdioRequest: { gen_params: { prompt: 'the last tram' } },
  RunwayGenerateRequest: { prompt: 'a boat' },
  RunwayRestyleRequest: { prompt: 'in snow', video: FILE },
  RunwayActRequest: { image: FILE, video: FILE },
  RunwayCharacterPerformanceRequest: {
    model: 'act_two',
    character: { type: 'image', uri: FILE },
    reference: { type: 'video', uri: FILE },
  },
  RunwaySpeechToSpeechRequest: {
    model: 'eleven_multilingual_sts_v2',
    media: { type: 'audio', uri: FILE },
    voice: { type: 'runway-preset', presetId: 'Maya' },
  },
}

/** Routes that make no task of their body's fields, each with the reason. */
const LEFT_OUT: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^\/api\/v1\/task$|^\/polyphony\/v1\/tasks$/, 'one body for each operation, below'],
  [
    /^\/api\/admin\/|^\/api\/workspace\/|^\/api\/v1\/(?:keys|deliveries|members|invitations|codes|payments|shares)\b/,
    'administers',
  ],
  [
    /\/(?:fetch|list-by-condition|list-by-ids|feed|tasks\/batch|luma\/tasks)$/,
    'reads tasks, or takes bodies of another route',
  ],
  [
    /\/(?:ephemeral_resource|asset\/upload|files|initiate|initiate-multipart|uploads|complete|file|upload-finish|initialize-clip)$/,
    'a file',
  ],
  [/^\/upload\/v1beta\/files\/\{id\}$/, 'a file'],
  [/\/uploads\/(?:audio|form\/\{id\})$|upload-discord-images$|\/files\/(?:upload|delete)$/, 'a file'],
  [
    /\/(?:cancel|restore|drain|resume|disable|enable|test|accounts|styles|delete_finetune|show|proxy)$/,
    'makes no task',
  ],
  [/\/submit\/(?:change|simple-change|action|modal)$/, 'presses a button of a task'],
  [
    /^\/v1\/(?:chat\/completions|completions|responses|embeddings|moderations|audio\/speech|messages)\b|\/models\/\{model\}:/,
    'a call, which makes no task',
  ],
  [/^\/v1\/(?:batches|realtime|uploads)\b/, 'batches of calls, sessions, and files in parts'],
  [/^\/polyphony\/v1\/(?:quote|requests)$/, 'only asks for a price, or for the same in other words'],
  [/^\/mcp(?:\/piapi)?$/, 'messages of MCP, whose calls are read by their tools'],
  [/\/(?:video-swap|images\/generations\/async)$/, 'a form, and the same as images/generations'],
  [/\/generations\/\{id\}\/(?:upscale|audio|extend)$|\/videos\/\{id\}\/remix$/, 'builds on the task in its path'],
  [/^\/runway\/tasks$/, 'its fields have no schema'],
]

/** Routes whose bodies have schemas of their own, and build on a task. */
const FOLLOW_UPS: readonly (readonly [path: RegExp, operation: string])[] = [
  [/\/video-extend$/, 'kling/extend_video'],
  [/\/lip-sync$/, 'kling/lip_sync'],
]

type Post = {
  requestBody?: { content?: Record<string, { schema: JsonObject; examples?: Record<string, { value: Json }> }> }
}

/** Throws for a route that makes tasks and of which no body is known. */
export function documentedBodies(document: JsonObject): DocumentedBody[] {
  const seen = new Set<string>()
  const routes = Object.entries(document.paths as Record<string, { post?: Post }>).flatMap(([path, { post }]) => {
    const content = post?.requestBody?.content?.['application/json']
    if (!content || LEFT_OUT.some(([one]) => one.test(path))) return []
    // The same route below another prefix reads its body by the same code.
    const same = `${path.split('/').slice(-2).join('/')} ${JSON.stringify(content.schema)}`
    if (seen.has(same)) return []
    seen.add(same)
    return [bodyOf(path, content, document)]
  })
  return [...routes, ...bodiesOfOperations(document)]
}

/** The two protocols in which every operation has the same route. */
function bodiesOfOperations(document: JsonObject): DocumentedBody[] {
  const schemas = (document.components as { schemas: Record<string, JsonObject> }).schemas
  return listOperations().flatMap((operation): DocumentedBody[] => {
    const input = schemas[inputNameOf(operation)]
    if (!input) throw new Error(`The document has no input of ${operation.id}.`)
    const schema = (members: JsonObject): JsonObject => ({
      type: 'object',
      required: ['model', 'task_type', 'operation', 'input'],
      properties: { ...members, input: whole(input, document) },
    })
    const { model, taskType, id, example } = operation
    const ours = { body: { operation: id, input: example }, schema: schema({ webhook: { type: 'string' } }) }
    const config = schema({ config: { type: 'object' }, metadata: {} })
    return [
      { path: '/polyphony/v1/tasks', operation, ...ours },
      { path: '/api/v1/task', operation, body: { model, task_type: taskType, input: example }, schema: config },
    ]
  })
}

function bodyOf(
  path: string,
  { schema, examples }: { schema: JsonObject; examples?: Record<string, { value: Json }> },
  document: JsonObject,
): DocumentedBody {
  const names = [...JSON.stringify(schema).matchAll(/#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
  const follows = FOLLOW_UPS.find(([one]) => one.test(path))?.[1]
  const operation = listOperations().find((one) => one.id === follows || names[0] === inputNameOf(one))
  const [example] = Object.values(examples ?? {}).map(({ value }) => value)
  const named = names.map((name) => BODIES[name] ?? runwayExample(name)).find((one) => one !== undefined)
  const body = example ?? named ?? (operation && exampleAt(schema, operation.example))
  if (!isJsonObject(body)) throw new Error(`No body is known for POST ${path}.`)
  return {
    path: path
      .replace('{path}', 'fal-ai/flux/dev')
      .replace('{owner}', 'acme')
      .replace('{name}', 'flux')
      .replace('{speed}', 'fast'),
    schema: flat(whole(schema, document) as JsonObject),
    body,
    ...(operation ? { operation } : {}),
  }
}

function inputNameOf({ id }: Operation): string {
  return `${id.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9._-]/g, '_')}.input`
}

function runwayExample(name: string): JsonObject | undefined {
  const [, words] = /^Runway(.*)Request$/.exec(name) ?? []
  const taskType = words?.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase()
  return listOperations().find((one) => one.id === `runway/${taskType}`)?.example
}

/** On Ideogram's older paths most fields are one level deeper. */
function exampleAt({ properties }: JsonObject, { image_file, ...example }: JsonObject): JsonObject {
  const picture = image_file === undefined ? {} : { image_file }
  if (!isJsonObject(properties) || !('image_request' in properties)) return { ...example, ...picture }
  return { image_request: example, ...picture }
}

/** The members of `allOf` as one object, and the first form of `anyOf`. */
function flat(schema: JsonObject): JsonObject {
  const parts = (schema.allOf ?? schema.anyOf) as JsonObject[] | undefined
  if (!parts) return schema
  const objects = (schema.anyOf ? parts.slice(0, 1) : parts).map(flat)
  return {
    type: 'object',
    required: objects.flatMap(({ required }) => (required ?? []) as string[]),
    properties: Object.assign({}, ...objects.map(({ properties }) => properties ?? {})),
  }
}
