import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

type Fetch = typeof globalThis.fetch

/** Makes a model of a vendor's package around a `fetch`; nothing is sent by that. */
export type BuildModel = (fetch: Fetch) => LanguageModelV4

/** A request's JSON in place of the one that the package wrote. */
export type Edit = (body: JsonObject) => JsonObject

/**
 * A model whose requests are edited between its package and the network. `editFor` says how those for a call with these
 * options are; undefined = they stay, and are not parsed.
 */
export function withEditedBody(
  build: BuildModel,
  fetch: Fetch,
  editFor: (options: LanguageModelV4CallOptions) => Edit | undefined,
): LanguageModelV4 {
  const unedited = build(fetch)
  const modelFor = (options: LanguageModelV4CallOptions) => {
    const edit = editFor(options)
    return edit === undefined ? unedited : build(editingFetch(fetch, edit))
  }
  return {
    specificationVersion: 'v4',
    provider: unedited.provider,
    modelId: unedited.modelId,
    supportedUrls: unedited.supportedUrls,
    doGenerate: (options) => modelFor(options).doGenerate(options),
    doStream: (options) => modelFor(options).doStream(options),
  }
}

function editingFetch(fetch: Fetch, edit: Edit): Fetch {
  return async (input, init) => {
    if (typeof init?.body !== 'string') return fetch(input, init)
    const body = JSON.parse(init.body) as Json
    return fetch(input, isJsonObject(body) ? { ...init, body: JSON.stringify(edit(body)) } : init)
  }
}
