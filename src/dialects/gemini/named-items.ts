import type { Kept, Named, NamedId } from '../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { noFile, notHere } from '../shared/formats/no-file.ts'
import { snakeCase } from './spelling.ts'

/** Gemini keeps no answers; its clients make caches, files and stores of files, and name them: https://ai.google.dev/api. */
export const kept: Kept = {
  idOf: () => undefined,
  streamedId: () => undefined,
  itemsOf: () => [],
  streamedItems: () => [],
  namedIn,
}

/**
 * What a request names of what was sent to Google before, also one for counts of tokens or for embeddings. Our own files are in
 * the request already; addresses elsewhere are anyone's.
 */
export function namedIn(body: JsonObject): Named {
  const others =
    othersIn({ at: '', object: body }) ??
    othersIn(objectAt(fieldOf(body, 'generateContentRequest'), 'generateContentRequest')[0]) ??
    objectsIn(body.requests, 'requests').map(othersIn).find(Boolean)
  return others ? { others } : {}
}

function othersIn(placed: Placed | undefined): Named['others'] {
  if (!placed) return undefined
  const { object: request } = placed
  const at = placed.at === '' ? '' : `${placed.at}.`
  const cache = fieldOf(request, 'cachedContent')
  if (typeof cache === 'string' && cache !== '') return { field: `${at}cachedContent`, reason: notHere('cache', cache) }
  const [store] = objectsIn(request.tools, `${at}tools`).flatMap((tool) => storesIn(tool))
  if (store) return { field: store.field, reason: notHere('store of files', store.id) }
  const [file] = [
    ...objectsIn(request.contents, `${at}contents`),
    ...objectAt(request.content, `${at}content`),
    ...objectAt(fieldOf(request, 'systemInstruction'), `${at}systemInstruction`),
  ].flatMap((content) => filesIn(content))
  return file && { field: file.field, reason: noFile(file.id) }
}

interface Placed {
  /** The path of the field, for errors. */
  at: string
  object: JsonObject
}

function storesIn({ at, object }: Placed): NamedId[] {
  const search = fieldOf(object, 'fileSearch')
  const names = isJsonObject(search) ? fieldOf(search, 'fileSearchStoreNames') : undefined
  return (Array.isArray(names) ? names : []).flatMap((id, index) =>
    typeof id === 'string' ? [{ id, field: `${at}.fileSearch.fileSearchStoreNames[${index}]` }] : [],
  )
}

/** Those of the parts of a content, and of the parts with which a function answers. */
function filesIn({ at, object }: Placed): NamedId[] {
  return objectsIn(object.parts, `${at}.parts`).flatMap((part) => {
    const answer = fieldOf(part.object, 'functionResponse')
    const parts = isJsonObject(answer) ? objectsIn(answer.parts, `${part.at}.functionResponse.parts`) : []
    return [part, ...parts].flatMap((one) => fileIn(one))
  })
}

function fileIn({ at, object }: Placed): NamedId[] {
  const data = fieldOf(object, 'fileData')
  const uri = isJsonObject(data) ? fieldOf(data, 'fileUri') : undefined
  return typeof uri === 'string' && isAtGoogle(uri) ? [{ id: uri, field: `${at}.fileData.fileUri` }] : []
}

const HOST = 'generativelanguage.googleapis.com'
const PATH_OF_FILE = /^\/?(?:v1\w*\/)?files\//i

/** Files are named by their address, or by its end. */
function isAtGoogle(written: string): boolean {
  const uri = written.trim()
  const [authority = ''] = uri.replace(/^(?:https?:)?\/\//i, '').split(/[/?#]/, 1)
  return authority.toLowerCase().endsWith(HOST) || PATH_OF_FILE.test(uri)
}

function fieldOf(from: JsonObject, name: string): Json | undefined {
  return from[name] ?? from[snakeCase(name)]
}

function objectAt(value: Json | undefined, at: string): Placed[] {
  return isJsonObject(value) ? [{ at, object: value }] : []
}

function objectsIn(value: Json | undefined, path: string): Placed[] {
  const each = Array.isArray(value) ? value : []
  return each.flatMap((object, index) => (isJsonObject(object) ? [{ at: `${path}[${index}]`, object }] : []))
}
