import { getOperation } from '../../catalog/catalog.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { Account, Result, TaskRequest } from '../provider.ts'
import { imagesResult, modelResult, soundsResult, textsResult, valueResult, videosResult } from './results.ts'
import { fileAt } from './vendor-files.ts'

/** The members of a model's answer that hold its files, by priority. A host may also answer with a bare URL. */
const NAMES = {
  pictures: ['images', 'image', 'output'],
  videos: ['video', 'videos', 'output'],
  sounds: ['audio', 'audio_url', 'audio_file', 'output'],
  model: ['model_mesh', 'model_glb', 'model_file', 'output'],
  texts: ['output', 'text', 'results'],
} as const

/** A model's answer as the result of a family's operation; undefined where it has nothing of the operation's kind. */
export function familyResult(value: Json, request: TaskRequest, account: Account): Result | undefined {
  const { kind } = getOperation(request.operation).produces
  if (!Object.hasOwn(NAMES, kind)) return undefined
  const found = foundIn(value, NAMES[kind as keyof typeof NAMES]) // as was just seen
  const [first] = found
  if (first === undefined) return undefined
  if (kind === 'texts') return textsResult(found)
  const sources = found.map((address) => fileAt(account, address))
  const [source = fileAt(account, first)] = sources
  switch (kind) {
    case 'pictures':
      return imagesResult(request, sources, { seeds: seedsIn(value, sources.length) })
    case 'videos':
      return videosResult(
        request,
        sources.map((video) => ({ video })),
      )
    case 'sounds':
      return soundsResult(request, sources)
    default:
      return modelResult({ model: source })
  }
}

/** fal's models report one seed for all pictures. */
function seedsIn(value: Json, count: number): Json[] {
  return isJsonObject(value) && value.seed !== undefined ? new Array<Json>(count).fill(value.seed) : []
}

/** A model's answer as it came, with its files. */
export function anyResult(value: Json, account: Account, isFile: (address: string) => boolean): Result {
  const { files, ...result } = valueResult(value, isFile)
  const read = files.map((file) => {
    const { content } = file
    return 'url' in content ? { ...file, content: fileAt(account, content.url) } : file
  })
  return { ...result, files: read }
}

/** URLs and texts, by themselves, in lists, or in objects with a `url` each. */
function foundIn(value: Json | undefined, names: readonly string[]): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap((one) => foundIn(one, names))
  if (!isJsonObject(value)) return []
  if (typeof value.url === 'string') return [value.url]
  const name = names.find((one) => foundIn(value[one], names).length > 0)
  return name === undefined ? [] : foundIn(value[name], names)
}
