import { findOperation, listOperations } from '../../catalog/catalog.ts'
import type { Caller } from '../../core/caller.ts'
import type { Json } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { fromTask } from '../polyphony/from-task.ts'
import { about, offeredTo } from '../polyphony/operations.ts'
import { idOf } from './task-content.ts'

const OPERATIONS = 'polyphony://operations'
const TASKS = 'polyphony://tasks/'
/** A larger file is fetched from its URL. */
const FILE_BYTES = 4 * 2 ** 20

export const RESOURCES = [
  {
    uri: OPERATIONS,
    name: 'operations',
    title: 'Operations',
    description: 'Everything that this key can have made now, with ids, titles and kinds.',
    mimeType: 'application/json',
  },
]

export const TEMPLATES = [
  {
    uriTemplate: `${OPERATIONS}/{+id}`,
    name: 'operation',
    title: 'An operation',
    description: 'Its fields as JSON Schema, with an example and its price.',
    mimeType: 'application/json',
  },
  {
    uriTemplate: `${TASKS}{id}`,
    name: 'task',
    title: 'A task',
    description: 'A task with its input, and its output once it is completed.',
    mimeType: 'application/json',
  },
]

export type ResourceContent = { uri: string; mimeType: string } & ({ text: string } | { blob: string })

/** Reads a resource, or a file by its URL at this gateway. Undefined where there is none; throws `task_not_found`. */
export async function readResource(
  uri: string,
  caller: Caller,
  context: DialectContext,
): Promise<ResourceContent | undefined> {
  if (uri === OPERATIONS) return asJson(uri, { operations: operationList(caller, context) })
  if (uri.startsWith(`${OPERATIONS}/`)) {
    const operation = findOperation(decoded(uri.slice(OPERATIONS.length + 1)))
    return operation && asJson(uri, about(operation, context.prices, caller.tenantId))
  }
  if (uri.startsWith(TASKS)) {
    return asJson(uri, fromTask(await context.tasks.get(uri.slice(TASKS.length), caller), context.urls))
  }
  return fileAt(uri, context)
}

function operationList(caller: Caller, context: DialectContext): Json {
  return listOperations()
    .filter(offeredTo(caller, context))
    .map(({ id, title, produces }) => ({ id, title, produces: produces.kind }))
}

async function fileAt(uri: string, { assets, urls }: DialectContext): Promise<ResourceContent | undefined> {
  const reference = urls.reference(uri)
  const asset = reference === undefined ? undefined : await assets.find(idOf(reference))
  if (reference === undefined || !asset || asset.sizeBytes > FILE_BYTES) return undefined
  const body = await assets.read(reference)
  return { uri, mimeType: asset.mediaType, blob: Buffer.from(body).toString('base64') }
}

function asJson(uri: string, value: unknown): ResourceContent {
  return { uri, mimeType: 'application/json', text: JSON.stringify(value) }
}

/** A client may encode the slashes of an id. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign of its own
  }
}
