import { falRequest } from '../../catalog/hosted.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'

/**
 * The result of a request with `sync_mode`: its files are data URIs. A webhook has URLs all the same, since its body is
 * stored until it is delivered.
 */
export async function inlined(result: Json, task: Task, { assets, urls }: DialectContext): Promise<Json> {
  if (!isInline(task)) return result

  async function inside(value: Json): Promise<Json> {
    if (Array.isArray(value)) return Promise.all(value.map(inside))
    if (!isJsonObject(value)) return value
    const members = await Promise.all(
      Object.entries(value).map(async ([name, one]): Promise<[string, Json]> => [name, await inside(one)]),
    )
    const whole = Object.fromEntries(members)
    const { url } = whole
    const reference = typeof url === 'string' ? urls.reference(url) : undefined
    return reference === undefined ? whole : { ...whole, url: await dataUri(reference, whole) }
  }

  async function dataUri(reference: string, { content_type: type }: JsonObject): Promise<string> {
    const base64 = Buffer.from(await assets.read(reference)).toString('base64')
    return `data:${typeof type === 'string' ? type : 'application/octet-stream'};base64,${base64}`
  }

  return inside(result)
}

function isInline({ operation, input }: Task): boolean {
  return operation === falRequest.id && isJsonObject(input.input) && input.input.sync_mode === true
}
